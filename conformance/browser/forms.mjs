// What must hold of every form: it works by keyboard and without JavaScript, says truly where it was sent from, and leads on to another origin.

export async function fillIn(tab, form, report) {
  const complaints = [];
  tab.on("console", (message) => message.text().startsWith("Failed to load resource") || complaints.push(`the console says ${message.text()}`));
  tab.on("requestfailed", (request) => complaints.push(`${request.method()} ${request.url()}: ${request.failure().errorText}`));
  await tab.setJavaScriptEnabled(false);
  await tab.goto(form.url);
  await reachForm(tab);
  if (form.password !== null) {
    await tab.keyboard.press("Enter");
    const stayed = await tab.evaluate(() => document.activeElement.matches("input:invalid"));
    report(`${form.name}: an empty password goes nowhere`, stayed && tab.url() === form.url ? [] : [`it is at ${tab.url()}`]);
    await tab.keyboard.type(form.password);
  }
  const arrived = tab.waitForNavigation({ timeout: 10_000 }).catch(() => complaints.push("it leads nowhere"));
  await tab.keyboard.press("Enter");
  await arrived;
  report(`${form.name}: leads on`, [...complaints, ...(tab.url() === form.arrives ? [] : [`it leads to ${tab.url()}, and not to ${form.arrives}`])]);
}

/** Tabs past whatever else the page has. */
async function reachForm(tab) {
  for (let presses = 0; presses < 10; presses += 1) {
    await tab.keyboard.press("Tab");
    if (await tab.evaluate(() => document.activeElement.form !== undefined)) {
      return;
    }
  }
  throw new Error("no key leads into the form");
}
