// Fills in the forms of pages, as somebody does who has a keyboard alone.

/** Tabs past whatever else the page has. */
export async function reachForm(tab) {
  for (let presses = 0; presses < 10; presses += 1) {
    await tab.keyboard.press("Tab");
    if (await tab.evaluate(() => document.activeElement.form !== undefined)) {
      return;
    }
  }
  throw new Error(`no key leads into a form at ${tab.url()}`);
}

/** Types `text` where the focus is, and sends the form. What answers is the last page on the way. */
export async function send(tab, text) {
  await tab.keyboard.type(text);
  const [response] = await Promise.all([tab.waitForNavigation({ timeout: 10_000 }), tab.keyboard.press("Enter")]);
  return response;
}
