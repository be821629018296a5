// Abuse: a host on the blocklist, and a link that a visitor reports.
import { expectNothing } from "./person.mjs";

export const abuseSteps = [
  [
    "no link leads to a host of the blocklist, until the host is taken off",
    async (person) => {
      await person.goTo("#/blocklist");
      await person.type("Host", "https://evil.example/path");
      await person.type("Reason (optional)", "A phishing page");
      await person.press("Add");
      await person.until("the host is listed", () => document.querySelector(".host-row b")?.textContent === "evil.example");
      expectNothing(await person.look("blocklist with a host"));
      await person.goTo("#/links");
      await person.type("Long address", "http://login.evil.example/");
      await person.expecting(["status of 422"], async () => {
        await person.page.keyboard.press("Enter");
        await person.until("the target is refused", () => document.querySelector("[aria-label='Long address'][aria-invalid=true]") !== null);
      });
      await person.sees("blocklist");
      await person.goTo("#/blocklist");
      await person.press("Delete evil.example");
      await person.sees("No host is listed");
      await person.press("Undo");
      await person.until("the host is listed again", () => document.querySelector(".host-row b")?.textContent === "evil.example");
      await person.press("Delete evil.example");
      await person.sees("No host is listed");
      await person.goTo("#/links");
      await person.type("Long address", "http://login.evil.example/");
      await person.page.keyboard.press("Enter");
      await person.until("the link is in the list", (wanted) => document.querySelector(".link-rows")?.innerText.includes(wanted), "login.evil.example");
    },
  ],
  [
    "a link that a visitor reports is blocked, and unblocked",
    async (person, { origin, target }) => {
      await person.withAnother(async (visitor) => {
        await visitor.visit("/report");
        await visitor.type("Short link", `${origin}/by-key`);
        await visitor.choose("Reason", "Phishing: it asks for passwords or card numbers under a false name");
        await visitor.type("What happened? (optional)", "It asks for <b>my</b> password.");
        await visitor.press("Send the report");
        await visitor.sees("Thank you");
      });
      await person.show("reports");
      await person.sees("It asks for <b>my</b> password.");
      await person.sees(`${target}/key`);
      expectNothing(await person.look("a report"));
      await person.press("Block link");
      await person.sees("The link is blocked.");
      await follows(person, `${origin}/by-key`, 410);
      // The message that offers to lift the block may be gone by now.
      await person.show("link/hop.localhost/by-key");
      await person.sees("An admin blocked this link");
      await person.page.locator('main ::-p-aria([name="Lift the block"][role="button"])').click();
      await person.seesNot("An admin blocked this link");
      await follows(person, `${origin}/by-key`, 200);
      await person.show("reports");
      await person.sees("Nothing to look at");
      await person.press("Resolved");
      await person.sees("Link blocked by Ann Lee");
    },
  ],
];

/** Follows a link until the answer at its end has this status: an edit may take a moment to reach visitors. */
async function follows(person, address, status) {
  await person.expecting(["status of 410"], () =>
    person.repeatedly(`${address} answers ${status}`, () =>
      person.inAnotherTab(async () => (await person.page.goto(address, { waitUntil: "domcontentloaded" })).status() === status),
    ),
  );
}
