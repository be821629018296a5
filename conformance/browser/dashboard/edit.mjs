// Editing: another target, rules with "Try as a visitor", and a conflict of two tabs.
import { expectNothing } from "./person.mjs";

const ADDRESS = "#/edit/hop.localhost/plan";

export const editSteps = [
  [
    "a link is created with everything on one page",
    async (person, { target }) => {
      await person.goTo("#/new");
      await person.type("Target", `${target}/draft`);
      await person.type("Alias", "plan");
      await person.open("Title, tags and note");
      await person.type("Title", "The plan");
      await person.reloadKeeping('"plan"', "The plan");
      await person.until("the input is kept", (wanted) => [...document.querySelectorAll("input")].some((input) => input.value === wanted), "plan");
      expectNothing(await person.look("new link"));
      await person.press("Create link", "button", { isPart: true });
      await person.sees("http://hop.localhost/plan is ready");
      await person.sees("The plan");
    },
  ],
  [
    "an edited link leads elsewhere",
    async (person, { target }) => {
      await person.goTo(ADDRESS);
      await person.type("Target", `${target}/final`);
      await person.press("Save changes", "button", { isPart: true });
      await person.sees("Saved plan");
      await person.follows("http://hop.localhost/plan", `${target}/final`);
    },
  ],
  [
    "a rule is written in words, and tried as a visitor",
    async (person, { target }) => {
      await person.goTo(ADDRESS);
      await person.open("Rules for different visitors");
      await person.press("Add a rule");
      await person.type("Country", "Germany");
      await person.page.keyboard.press("Enter");
      await person.type("Go to", `${target}/de`);
      expectNothing(await person.look("rules"));
      await person.press("Save changes", "button", { isPart: true });
      await person.sees("Saved plan");
      await person.sees("If country is Germany, go to");
      await person.press("Try as a visitor…");
      await person.choose("Country", "Germany");
      await person.sees("Rule 1 holds");
      expectNothing(await person.look("try as a visitor"));
      await person.page.keyboard.press("Escape");
    },
  ],
  [
    "two people who edit one link see both versions",
    async (person) => {
      await person.goTo(ADDRESS);
      await person.open("Title, tags and note");
      await person.type("Title", "Title of the first tab");
      await person.inAnotherTab(async () => {
        await person.visit(`/app/${ADDRESS}`);
        await person.open("Title, tags and note");
        await person.type("Title", "Title of the second tab");
        await person.press("Save changes", "button", { isPart: true });
        await person.sees("Saved plan");
      });
      await person.expecting(["status of 412"], async () => {
        await person.press("Save changes", "button", { isPart: true });
        await person.sees("Somebody changed this link meanwhile");
      });
      await person.sees("Title of the second tab");
      expectNothing(await person.look("conflict"));
      await person.press("All of yours");
      await person.press("Save the chosen version");
      await person.sees("Saved plan");
      await person.sees("Title of the first tab");
    },
  ],
];
