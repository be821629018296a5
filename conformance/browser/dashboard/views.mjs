// Every view, in both themes and two widths.
import { expectNothing } from "./person.mjs";

const VIEWS = ["overview", "links", "link/hop.localhost/plan", "edit/hop.localhost/plan", "domains", "tags", "team", "keys", "audit", "reports", "blocklist", "transfer", "account", "about", "nothing"];

export const viewSteps = VIEWS.map((view) => [
  `the view ${view} is sound in both themes and two widths`,
  async (person) => {
    await person.goTo(`#/${view}`);
    await person.until("the view is loaded", () => document.querySelector("main h1, main h2") !== null && document.querySelector("main [aria-busy=true], main .skeleton") === null);
    expectNothing(await person.look(`view ${view}`));
  },
]);
