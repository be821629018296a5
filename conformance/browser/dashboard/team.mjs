// A second person: an invitation, the views of a role, and a new password by a one-time address.
import { expectNothing, expectSame } from "./person.mjs";

export const BOB = { name: "Bob Ray", email: "bob@example.com", password: "five quite random words" };
const NEW_PASSWORD = "some other random words";
/** What a viewer may open. */
const VIEWS_OF_A_VIEWER = ["Overview", "Links", "Domains", "Tags", "Import and export", "About hop"];

export const teamSteps = [
  [
    "an invited person chooses a password, and sees the views of the role",
    async (person) => {
      await person.goTo("#/team");
      await person.press("Invite");
      await person.type("E-mail", BOB.email);
      await person.choose("Role", "Viewer");
      await person.press("Create invitation");
      await person.sees(`Invitation for ${BOB.email}`);
      const invitation = await person.read("Link of the invitation");
      expectNothing(await person.look("invitation"));
      await person.press("Done");
      await person.sees("invited");
      await person.withAnother(async (bob) => {
        await bob.page.goto(invitation, { waitUntil: "domcontentloaded" });
        await bob.sees("Accept the invitation");
        await bob.type("Your name (optional)", BOB.name);
        await bob.type("Password", BOB.password);
        await bob.press("Accept and sign in");
        await isGone(bob, invitation);
        await bob.until("the list is shown", () => document.querySelector("h1")?.textContent === "Links");
        expectSame("the views of a viewer", await viewsOf(bob), VIEWS_OF_A_VIEWER);
        await bob.sees("/plan");
        await bob.seesNot("New link");
        await bob.goTo("#/team");
        await bob.sees("Admins and owners manage the team");
        await bob.press("Sign out");
        await bob.sees("Forgot the password?");
        await bob.page.goto(invitation, { waitUntil: "domcontentloaded" });
        await bob.type("Password", BOB.password);
        await bob.expecting(["status of 401", "status of 422"], async () => {
          await bob.press("Accept and sign in");
          await bob.sees("This invitation is used up, replaced or expired.");
        });
      });
    },
  ],
  [
    "a forgotten password is replaced by the address of an admin",
    async (person) => {
      await person.show("team");
      await person.press(`Actions for ${BOB.name}`);
      await person.press("Reset the password", "menuitem");
      await person.press("Create link");
      await person.sees("It is shown only this once.");
      const address = await person.read("Link to set a new password");
      await person.press("Done");
      await person.withAnother(async (bob) => {
        await bob.page.goto(address, { waitUntil: "domcontentloaded" });
        await bob.type("New password", NEW_PASSWORD);
        await bob.press("Set password");
        await bob.sees("The password is set. Sign in with it.");
        await isGone(bob, address);
        await bob.type("E-mail", BOB.email);
        await bob.type("Password", BOB.password);
        await bob.expecting(["status of 401"], async () => {
          await bob.press("Sign in");
          await bob.sees("The e-mail address or the password is wrong.");
        });
        await bob.type("Password", NEW_PASSWORD);
        await bob.press("Sign in");
        await bob.sees("/plan");
      });
    },
  ],
];

/** The address with its token is neither in the bar nor behind "Back". */
async function isGone(person, address) {
  const token = new URLSearchParams(address.split("?")[1]).get("token");
  await person.until("the token has left the address", (text) => !location.href.includes(text), token);
  const session = await person.page.createCDPSession();
  const { entries } = await session.send("Page.getNavigationHistory");
  await session.detach();
  if (entries.some(({ url }) => url.includes(token))) throw new Error(`the history has ${entries.map(({ url }) => url).join(", ")}`);
}

/** The names of the views in the navigation. */
function viewsOf(person) {
  return person.page.$$eval("nav[aria-label=Main] a", (links) => links.map((link) => link.textContent));
}
