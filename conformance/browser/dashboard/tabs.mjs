// Several tabs, and several browsers of one person.
import { OWNER } from "./start.mjs";

export const tabSteps = [
  [
    "what one tab creates is in the other, and signing out ends both",
    async (person, { target }) => {
      await person.show("links");
      await person.inAnotherTab(async (first) => {
        await person.visit("/app/#/links");
        await person.type("Long address", `${target}/second-tab`);
        await person.type("Alias", "second-tab");
        await person.page.keyboard.press("Enter");
        await person.sees("/second-tab is ready");
        const second = person.page;
        person.page = first;
        await first.bringToFront();
        await person.show("links");
        await person.sees(`${target}/second-tab`);
        await person.press("Sign out");
        await person.sees("Forgot the password?");
        person.page = second;
        await second.bringToFront();
        await person.sees("Forgot the password?");
        await person.seesNot("/second-tab");
        await person.type("E-mail", OWNER.email);
        await person.type("Password", OWNER.password);
        await person.press("Sign in");
        await person.sees(`${target}/second-tab`);
      });
      // The first tab has signed in with the second.
      await person.sees(`${target}/second-tab`);
    },
  ],
  [
    "a session that another browser ends asks to sign in, and keeps the draft",
    async (person, { target }) => {
      await person.goTo("#/new");
      await person.type("Target", `${target}/kept`);
      await person.type("Alias", "kept");
      await person.withAnother(async (elsewhere) => {
        await elsewhere.visit("/app/#/account");
        await elsewhere.type("E-mail", OWNER.email);
        await elsewhere.type("Password", OWNER.password);
        await elsewhere.press("Sign in");
        await elsewhere.press("End the session Chrome on a computer");
        await elsewhere.until("one session is left", () => document.querySelectorAll(".session-row").length === 1);
      });
      await person.expecting(["status of 401"], async () => {
        await person.press("Create link", "button", { isPart: true });
        await person.sees("Your session has ended");
        await person.press("Sign in as somebody else");
        // What waited for the session is refused now.
        await person.sees("Forgot the password?");
      });
      await person.type("E-mail", OWNER.email);
      await person.type("Password", OWNER.password);
      await person.press("Sign in");
      await person.until("the draft is shown", (kept) => [...document.querySelectorAll("input")].some(({ value }) => value === kept), "kept");
      await person.press("Create link", "button", { isPart: true });
      await person.sees("http://hop.localhost/kept is ready");
    },
  ],
];
