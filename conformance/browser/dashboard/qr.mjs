// The QR code of a link: on the page, and as files. Whoever runs these steps decodes the pictures.
import { saved } from "./files.mjs";
import { expectNothing, expectSame } from "./person.mjs";

const URL_OF_PLAN = "http://hop.localhost/plan";

export const qrSteps = [
  [
    "the QR code of a link is shown, and saved as SVG and PNG",
    async (person) => {
      await person.goTo("#/link/hop.localhost/plan");
      await person.press("QR code", "button", { isPart: true });
      await isDrawn(person);
      expectNothing(await person.look("qr code"));
      const screenshot = await (await person.page.$("dialog img")).screenshot();
      const svg = await saved(person, () => person.press("Download SVG"));
      await person.type("Size in pixels", "300");
      await person.choose("Error correction", "Highest (30 %)");
      await isDrawn(person);
      const png = await saved(person, () => person.press("Download PNG"));
      expectSame("the names of the files", [svg.name, png.name], ["plan.svg", "plan.png"]);
      return [
        { format: "png", bytes: Buffer.from(screenshot).toString("base64"), text: URL_OF_PLAN },
        { format: "svg", bytes: svg.bytes.toString("base64"), text: URL_OF_PLAN, side: 512 },
        { format: "png", bytes: png.bytes.toString("base64"), text: URL_OF_PLAN, side: 300 },
      ];
    },
  ],
  [
    "a QR code that cannot be drawn is explained at its field",
    async (person) => {
      await person.expecting(["status of 422"], async () => {
        await person.type("Size in pixels", "5000");
        await person.until("the field is marked", () => document.querySelector("dialog input[aria-invalid=true]")?.value === "5000");
      });
      await person.until("nothing can be saved", () => {
        const buttons = [...document.querySelectorAll(".qr-actions button")];
        return buttons.length > 0 && buttons.every((button) => button.disabled);
      });
      await person.press("Usual settings");
      await isDrawn(person);
      await person.page.keyboard.press("Escape");
      await person.until("the dialog is closed", () => document.querySelector("dialog[open]") === null);
    },
  ],
];

function isDrawn(person) {
  return person.until("the code is drawn", () => {
    const figure = document.querySelector("dialog figure");
    return figure?.ariaBusy === "false" && figure.querySelector(".stale") === null && (figure.querySelector("img")?.naturalWidth ?? 0) > 0;
  });
}
