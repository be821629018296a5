// The history of a link: who changed what, and the way back to an earlier version.
import { expectNothing, expectSame } from "./person.mjs";

const LINK = "hop.localhost/plan";
const TITLE = "Title of the first tab";

export const historySteps = [
  [
    "the history says who changed what, and goes back to an earlier version",
    async (person, { target }) => {
      const [final, mistake] = [`${target}/final`, `${target}/mistake`];
      await person.show(`edit/${LINK}`);
      await person.type("Target", mistake);
      await person.open("Title, tags and note");
      await person.type("Title", "A mistake");
      await person.press("Save changes", "button", { isPart: true });
      await person.sees("Saved plan");
      await person.show(`link/${LINK}`);
      await person.press("Show the history");
      await newestIs(person, [`Target from ${final} to ${mistake}`, `Title from ${TITLE} to A mistake`]);
      expectNothing(await person.look("history"));
      // The newest version has no such button, so the first one is that of the version before.
      await person.press("Go back to this version…");
      await person.until("the dialog says what changes", (wanted) => document.querySelector("dialog[open] .changes")?.textContent.includes(wanted), `Target from ${mistake} to ${final}`);
      expectNothing(await person.look("go back to a version"));
      await person.press("Go back");
      await person.until("the dialog is closed", () => document.querySelector("dialog[open]") === null);
      await newestIs(person, [`Target from ${mistake} to ${final}`, `Title from A mistake to ${TITLE}`]);
      await person.show(`edit/${LINK}`);
      await person.open("Title, tags and note");
      const restored = [await person.read("Target"), await person.read("Title"), await person.read("Alias")];
      expectSame("target, title and alias", restored, [final, TITLE, "plan"]);
    },
  ],
];

/** Waits until the newest version has these changes, made by the person who looks at it. */
function newestIs(person, changes) {
  return person.until(
    `the newest version has the changes ${changes.join(", ")}`,
    (wanted) => {
      const newest = document.querySelector(".version");
      const found = [...(newest?.querySelectorAll(".changes > li") ?? [])].map((change) => change.textContent);
      return found.join() === wanted && newest.querySelector(".version-what > p").textContent.endsWith("you");
    },
    changes.join(),
  );
}
