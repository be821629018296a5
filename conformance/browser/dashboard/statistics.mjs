// The statistics of a link: people and machines apart, countries, units of time, the latest clicks.
import { send } from "./http.mjs";
import { expectNothing, expectSame } from "./person.mjs";

const ADDRESS = "http://hop.localhost/spring-sale";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

export const statisticsSteps = [
  [
    "statistics show people and machines apart, with country and kind of each click",
    async (person, { target, ...plan }) => {
      // One person was here before.
      await person.follows(ADDRESS, `${target}/spring`);
      const { from, headers } = plan.france;
      const visitor = { "user-agent": FIREFOX, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
      expectSame("the status of a visitor from France", (await send(plan, ADDRESS, { from, headers: { ...headers, ...visitor } })).status, 302);
      expectSame("the status of a bot", (await send(plan, ADDRESS, { headers: { "user-agent": BOT } })).status, 302);
      await person.repeatedly("three people and a machine are counted", async () => {
        await person.show("link/hop.localhost/spring-sale");
        const { People, Machines } = await numbersOf(person);
        // The list of clicks is another answer, which may be older.
        const clicks = await person.page.$$(".click-table tbody tr");
        return People === "3" && Machines === "1" && clicks.length === 4;
      });
      expectSame("people from France", (await linesOf(person, "Countries")).find(([country]) => country === "France"), ["France", "1"]);
      expectSame("machines", await linesOf(person, "Machines and previews"), [["Calls itself “bot”", "1"]]);
      const kinds = await person.page.$$eval(".click-table tbody tr", (rows) => rows.map((row) => row.cells[1].textContent));
      expectSame("the kinds of the clicks", kinds, ["Machine", "Person", "Person", "Person"]);
      expectNothing(await person.look("statistics"));
    },
  ],
  [
    "statistics have bars by hour and by day, in a table as well",
    async (person) => {
      for (const [period, unit, count] of [["24 hours", null, 24], ["7 days", "By day", 7], ["7 days", "By hour", 168]]) {
        await person.press(period);
        if (unit !== null) await person.press(unit);
        await person.isLoaded();
        await person.until(`${period} have ${count} bars`, (bars) => document.querySelectorAll(".chart table tbody tr").length === bars, count);
        const people = await person.page.$$eval(".chart table tbody tr", (rows) => rows.map((row) => Number(row.cells[1].textContent)));
        expectSame(`people in the last ${period}`, people.reduce((sum, bar) => sum + bar, 0), 3);
      }
    },
  ],
];

/** The numbers of the period by their names. */
async function numbersOf({ page }) {
  return Object.fromEntries(await page.$$eval(".numbers > div", (cards) => cards.map((card) => [card.querySelector("dt").textContent, card.querySelector("b").textContent])));
}

/** The lines of the list with this heading, each a name and a number. */
function linesOf({ page }, heading) {
  return page.$$eval(
    ".list-of",
    (lists, name) => {
      const list = lists.find((one) => one.querySelector("h2").textContent === name);
      return [...(list?.querySelectorAll("li") ?? [])].map((line) => [line.querySelector(".label").textContent, line.querySelector("b").textContent]);
    },
    heading,
  );
}
