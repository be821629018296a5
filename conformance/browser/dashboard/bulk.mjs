// Several links at once: tagged, disabled, deleted and restored, handed over.
import { expectNothing } from "./person.mjs";
import { BOB } from "./team.mjs";

const ALIASES = ["second-tab", "kept", "keys"];

export const bulkSteps = [
  [
    "three links are selected, tagged, disabled, deleted and brought back",
    async (person) => {
      await person.show("links");
      await select(person);
      expectNothing(await person.look("selection"));
      await person.press("Add tag");
      await person.type("Tag to add", "campaign");
      await person.press("Apply");
      await areShown(person, ".link-tags", "campaign");
      await select(person);
      await person.press("Disable");
      await areShown(person, ".link-badges", "disabled");
      await select(person);
      await person.press("Delete");
      await person.until("the links are gone", (aliases) => aliases.every((alias) => document.querySelector(`[aria-label="Select ${alias}"]`) === null), ALIASES);
      await person.press("Undo");
      await areShown(person, ".link-tags", "campaign");
    },
  ],
  [
    "links are handed over to somebody else",
    async (person) => {
      await person.show("links");
      await select(person);
      await person.press("Hand over");
      await person.choose("New owner", BOB.name);
      await person.press("Apply");
      await person.until("nothing is selected", () => document.querySelector(".bulk") === null);
      await person.choose("Owner", BOB.name);
      await person.until(
        "the links of the new owner are shown",
        (aliases) => [...document.querySelectorAll("[data-row] b")].map((row) => row.textContent).sort().join() === aliases,
        [...ALIASES].sort().join(),
      );
      await person.goTo("#/link/hop.localhost/kept");
      await person.sees(`Owner: ${BOB.name}`);
    },
  ],
];

async function select(person) {
  for (const alias of ALIASES) await person.press(`Select ${alias}`, "checkbox");
  await person.sees("3 selected");
}

/** Waits until the rows of the three links are there, each with this text in this part. */
function areShown(person, part, text) {
  return person.until(
    `the links are ${text}`,
    ([aliases, selector, wanted]) => aliases.every((alias) => document.querySelector(`[aria-label="Select ${alias}"]`)?.closest("li").querySelector(selector)?.textContent.includes(wanted)),
    [ALIASES, part, text],
  );
}
