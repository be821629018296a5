// Every view, in both themes and two widths.
import { expectNothing } from "./person.mjs";

/** The views by their addresses, with their headings. */
export const VIEWS = {
  overview: "Overview",
  links: "Links",
  "link/hop.localhost/plan": "hop.localhost/plan",
  "edit/hop.localhost/plan": "Edit plan",
  domains: "Domains",
  tags: "Tags",
  team: "Team",
  keys: "Keys",
  audit: "Audit",
  reports: "Reports",
  blocklist: "Blocklist",
  transfer: "Import and export",
  account: "Your account",
  about: "About hop",
  nothing: "There is no such page.",
};

export const viewSteps = Object.entries(VIEWS).map(([view, heading]) => [
  `the view ${view} is sound in both themes and two widths`,
  async (person) => {
    await person.goTo(`#/${view}`);
    await person.until(
      `${heading} is shown`,
      (title) => document.querySelector("main h1")?.innerText.includes(title) && document.querySelector("main [aria-busy=true], main .skeleton") === null,
      heading,
    );
    expectNothing(await person.look(`view ${view}`));
  },
]);
