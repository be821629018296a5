// A new version of the dashboard is deployed while a page is open: the files that it has not loaded yet are gone.
import { expectNothing, expectSame } from "./person.mjs";
import { during } from "./faults.mjs";

const GONE = { status: 404, contentType: "application/problem+json", body: "{}" };

export const deploymentSteps = [
  [
    "a view whose file is gone offers a reload, and what was typed survives",
    async (person, { target }) => {
      const isAsset = (request) => new URL(request.url()).pathname.startsWith("/app/assets/");
      await person.inAnotherTab(async () => {
        await person.visit("/app/#/links");
        await person.type("Long address", `${target}/typed-before`);
        await person.expecting(["status of 404"], () =>
          during(person.page, (request) => (isAsset(request) ? GONE : undefined), async () => {
            await person.goTo("#/tags");
            await person.sees("This part of the page could not be loaded");
            expectNothing(await person.look("a file that is gone"));
          }),
        );
        await person.press("Reload the page");
        await person.until("the tags are shown", () => document.querySelector("main h1")?.textContent === "Tags");
        await person.goTo("#/links");
        expectSame("what was typed", await person.read("Long address"), `${target}/typed-before`);
        await person.type("Long address", "");
      });
    },
    // The edge has no part in it.
    { edge: "workerd" },
  ],
  [
    "a chart whose file is gone is a table",
    async (person) => {
      const isChart = (request) => new URL(request.url()).pathname.startsWith("/app/assets/chart-plot");
      await person.inAnotherTab(async () => {
        await person.expecting(["status of 404"], () =>
          during(person.page, (request) => (isChart(request) ? GONE : undefined), async () => {
            await person.visit("/app/#/overview");
            await person.until("the table is shown", () => document.querySelector("section.chart-table") !== null);
          }),
        );
      });
    },
    { edge: "workerd" },
  ],
];
