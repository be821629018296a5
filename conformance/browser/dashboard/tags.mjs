// Tags: one is renamed, another is removed.
import { expectNothing } from "./person.mjs";

export const tagSteps = [
  [
    "a tag is renamed on all its links, and removed",
    async (person) => {
      await person.show("tags");
      await person.until("the tag of the selection is listed", (tag) => [...document.querySelectorAll(".tag-row a")].some((one) => one.textContent === tag), "campaign");
      await person.press("Actions for campaign");
      await person.press("Rename", "menuitem");
      await person.type("New name", "x");
      await person.sees("x exists already, on 1 link.");
      await person.type("New name", "Spring");
      await person.sees("It is stored as spring.");
      expectNothing(await person.look("rename a tag"));
      await person.press("Rename");
      await hasTags(person, ["spring", "x"]);
      await person.repeatedly("its links are shown", async () => {
        await person.show("links?tag=spring");
        return (await person.page.$$("[data-row]")).length === 3;
      });
      await person.show("tags");
      await person.press("Actions for spring");
      await person.press("Remove", "menuitem");
      await person.sees("It is taken off 3 links. The links stay.");
      await person.press("Remove");
      await hasTags(person, ["x"]);
      await person.repeatedly("no link has it", async () => {
        await person.show("links?tag=spring");
        return person.page.evaluate(() => document.body.innerText.includes("No link matches"));
      });
    },
  ],
];

function hasTags(person, tags) {
  return person.until(`the tags are ${tags.join(", ")}`, (wanted) => [...document.querySelectorAll(".tag-row a")].map((tag) => tag.textContent).join() === wanted, tags.join());
}
