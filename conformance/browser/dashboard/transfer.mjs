// Export of all links, import of a broken file in another encoding, and of a spreadsheet with 1,000 rows.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { saved } from "./files.mjs";
import { expectNothing, expectSame } from "./person.mjs";

const ROWS = 1_000;
/** An import on Compute takes a request for every few rows. */
const LONG = 240_000;

export const transferSteps = [
  [
    "an export has all links, as JSON Lines and for spreadsheets",
    async (person, { target, edge }) => {
      await person.goTo("#/transfer");
      const lines = await saved(person, () => person.press("Export"));
      if (!/^hop-links-\d{4}-\d\d-\d\d\.jsonl$/.test(lines.name)) throw new Error(`the file is called ${lines.name}`);
      const links = lines.bytes.toString().trim().split("\n").map((line) => JSON.parse(line));
      const { clicks, title } = links.find(({ alias }) => alias === "plan");
      expectSame("the title of a link", title, "Title of the first tab");
      // On Compute the totals of many links may lack their newest clicks.
      if (edge === "workerd") expectSame("its people", clicks.humans, 1);
      await person.choose("Format", "CSV, for spreadsheets");
      const table = await saved(person, () => person.press("Export"));
      const rows = table.bytes.toString().trim().split("\r\n");
      expectSame("the rows of the table with its header", rows.length, links.length + 1);
      if (!rows.some((row) => row.includes(`${target}/final`))) throw new Error(rows.join("\n"));
    },
  ],
  [
    "a broken file of a Windows program is imported as far as it can be read",
    async (person, { target, folder }) => {
      const file = join(folder, "windows.csv");
      const rows = ["target,alias,title", `${target}/1,caf\u00e9,Caf\u00e9`, `${target}/2,broken,"never closed`, `${target}/3,bad alias,No alias`, `${target}/4,umlaut,\u00dcbung`];
      await writeFile(file, Buffer.from(rows.join("\r\n"), "latin1"));
      await (await person.page.waitForSelector("input[type=file]")).uploadFile(file);
      await person.sees("windows-1252, because it is not UTF-8");
      await person.sees("1 row cannot be read. The others can be imported.");
      await person.sees("Line 3: a quote is opened and never closed");
      expectNothing(await person.look("import of a broken file"));
      await person.press("Import 4 rows");
      await person.sees("Import finished", LONG);
      await person.sees("2 links created");
      await person.sees("2 rows rejected");
      await person.sees("A quote is opened and never closed.");
      const rejected = await saved(person, () => person.press("Download 2 rejected rows"));
      expectSame("the name of the file", rejected.name, "windows.rejected.csv");
      const text = rejected.bytes.toString();
      for (const part of ["never closed", "bad alias"]) if (!text.includes(part)) throw new Error(`${part} is missing in ${text}`);
      await person.press("Show the links", "link");
      await person.sees("\u00dcbung");
      await person.sees("/caf\u00e9");
    },
  ],
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
