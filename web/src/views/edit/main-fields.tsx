import { useEffect } from "preact/hooks";
import { domains } from "../../state/me";
import { text } from "../../text";
import { CheckField, Field, SelectField } from "../../ui/field";
import { useAvailability } from "../links/availability";
import { hostOf } from "../links/row";
import { useEditor } from "./editor";

/** The target, and the short link that leads there. */
export function MainFields() {
  const { form, set, wrong, base } = useEditor();
  const words = text.edit;
  return (
    <section class="card stack">
      <Field label={words.target} hint={words.targetHint} wrong={wrong("/target", "target")}>
        {(control) => (
          <textarea
            {...control}
            class="input edit-target"
            rows={form.value.target.length > 90 ? 4 : 1}
            dir="ltr"
            // The first field of a form that somebody asked for.
            ref={base.value === null ? focusOnce : null}
            value={form.value.target}
            placeholder={words.targetPlaceholder}
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            required
            // An address has no line breaks: Enter saves.
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
                event.preventDefault();
                event.currentTarget.form?.requestSubmit();
              }
            }}
            onInput={(event) => set({ target: event.currentTarget.value.replace(/[\r\n]+/g, "") })}
          />
        )}
      </Field>
      <AliasFields />
    </section>
  );
}

const focused = new WeakSet<Element>();

function focusOnce(element: HTMLElement | null): void {
  if (element === null || focused.has(element)) return;
  focused.add(element);
  element.focus();
}

function AliasFields() {
  const { form, set, wrong, base, problem } = useEditor();
  const { alias, domain, keepOldAlias, reuse } = form.value;
  const { state, check } = useAvailability(domain);
  const words = text.edit;
  const before = base.value;
  const typed = alias.trim();
  const isMoved = before !== null && ((typed !== "" && typed !== before.alias) || domain !== before.domain);
  const isChecked = before === null || isMoved;
  const origin = domains.value.find((one) => one.domain === domain)?.origin;
  const code = problem.value?.code;
  const refused = code === "alias_taken" || code === "alias_retired" ? words.problems[code] : null;
  const isRetired =
    code === "alias_retired" || (state.value.kind === "taken" && state.value.reason === "alias_retired");
  const taken = isChecked && state.value.kind === "taken" && !(isRetired && reuse) ? state.value.why : null;
  // The alias of the address, of a draft, or on another domain is checked too.
  useEffect(() => {
    if (isChecked) check(alias);
  }, [domain]);
  const onAlias = (value: string) => {
    set({ alias: value, reuse: false });
    if (code === "alias_taken" || code === "alias_retired") problem.value = null;
    check(before !== null && value.trim() === before.alias && domain === before.domain ? "" : value);
  };
  return (
    <>
      <div class="edit-alias">
        {domains.value.length > 1 && (
          <SelectField
            label={words.domain}
            value={domain}
            options={domains.value.map((one) => ({ value: one.domain, label: one.domain }))}
            onValue={(value) => set({ domain: value, reuse: false })}
            wrong={wrong("/domain", "domain")}
          />
        )}
        <Field
          label={words.alias}
          hint={before === null ? words.aliasHint : words.aliasHintEditing}
          wrong={wrong("/alias", "alias") ?? refused ?? taken}
        >
          {(control) => (
            <div class="edit-alias-line">
              <span class="soft clip">{origin === undefined ? domain : hostOf(origin)}/</span>
              <input
                {...control}
                class="input"
                dir="auto"
                value={alias}
                placeholder={before === null ? text.create.aliasPlaceholder : before.alias}
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => onAlias(event.currentTarget.value)}
              />
              <span class="edit-alias-state" role="status">
                {isChecked && state.value.kind === "free" && `✓ ${text.create.free}`}
                {isChecked && state.value.kind === "checking" && text.create.checking}
              </span>
            </div>
          )}
        </Field>
      </div>
      {isMoved && before !== null && (
        <CheckField
          label={words.keepOldAlias(before.short_url.replace(/^https?:\/\//, ""))}
          hint={words.keepOldAliasHint}
          isOn={keepOldAlias}
          onToggle={(isOn) => set({ keepOldAlias: isOn })}
        />
      )}
      {isRetired && isChecked && (
        <CheckField label={words.reuse} hint={words.reuseHint} isOn={reuse} onToggle={(isOn) => set({ reuse: isOn })} />
      )}
    </>
  );
}
