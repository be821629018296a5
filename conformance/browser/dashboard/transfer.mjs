// An import of a spreadsheet with 1,000 rows, one of which is broken.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectNothing } from "./person.mjs";

const ROWS = 1_000;
/** An import on Compute takes a request for every few rows. */
const LONG = 240_000;

export const transferSteps = [
  [
    "1,000 rows of a spreadsheet are imported",
    async (person, { target, folder }) => {
      const rows = Array.from({ length: ROWS - 1 }, (_, row) => `"${target}/row/${row}";Row ${row};imported`);
      const file = join(folder, "links.csv");
      await writeFile(file, ["Address;Name;Labels", ...rows, "not an address;Broken;imported"].join("\r\n"));
      await person.goTo("#/transfer");
      const input = await person.page.waitForSelector("input[type=file]");
      await input.uploadFile(file);
      await person.sees("Semicolon");
      await person.choose("Column Address", "Target");
      await person.choose("Column Name", "Title");
      await person.choose("Column Labels", "Tags");
      expectNothing(await person.look("import"));
      await person.press("Import 1,000 rows");
      await person.sees("Import finished", LONG);
      await person.sees("999 links created");
      await person.sees("1 row rejected");
      expectNothing(await person.look("imported"));
    },
  ],
];
