// Fills in forms with the keyboard alone.

/** Presses Tab until a form has the focus. */
export async function reachForm(tab) {
  for (let presses = 0; presses < 10; presses += 1) {
    await tab.keyboard.press("Tab");
    if (await tab.evaluate(() => document.activeElement.form !== undefined)) {
      return;
    }
  }
  throw new Error(`Tab reaches no form at ${tab.url()}`);
}

/** Types `text` into the focused field and sends the form. Returns the response of the last page. */
export async function send(tab, text) {
  await tab.keyboard.type(text);
  const [response] = await Promise.all([tab.waitForNavigation({ timeout: 10_000 }), tab.keyboard.press("Enter")]);
  return response;
}

/** Fills in the fields with these ids and presses the button. Returns the response of the last page. */
export async function fillIn(tab, fields) {
  for (const [id, text] of Object.entries(fields)) {
    await tab.focus(`#${id}`);
    // In a list of options, this chooses the one that begins with the text.
    await tab.keyboard.type(text);
  }
  await tab.focus("button");
  return send(tab, "");
}
