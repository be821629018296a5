import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { count } from "../../ui/format";
import { ExplainPanel } from "../rules/explain";
import { useEditor } from "./editor";
import { RuleEditor } from "./rule-editor";
import { emptyRule, MAX_RULES, moved, type RuleForm } from "./rule-form";
import { Section } from "./section";

/** The rules in their order, and beside them a visitor to try the link as. */
export function RulesSection() {
  const { form, set, wrong, base, hasChanges, problem } = useEditor();
  const { rules } = form.value;
  const open = useSignal<ReadonlySet<string>>(new Set());
  const said = useSignal("");
  const focus = useRef<{ key: string; place: string } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const id = useId();
  const words = text.edit.rules;
  // A rule that moved keeps the focus. A new one has it in its first value.
  useEffect(() => {
    const wanted = focus.current;
    if (wanted === null) return;
    focus.current = null;
    const row = list.current?.querySelector(`[data-rule="${CSS.escape(wanted.key)}"]`);
    const button = row?.querySelector<HTMLElement>(`[data-place="${wanted.place}"]:not(:disabled)`);
    const field = wanted.place === "value" ? row?.querySelector<HTMLElement>(".condition-values input") : null;
    (field ?? button ?? row?.querySelector<HTMLElement>("[data-place=edit]"))?.focus();
  });
  // A rule that the API refused opens.
  useEffect(() => {
    const wrong = problem.value?.errors.map(({ field }) => /^\/rules\/(\d+)/.exec(field)?.[1]) ?? [];
    const keys = wrong.map((index) => (index === undefined ? undefined : rules[Number(index)]?.key));
    open.value = new Set([...open.peek(), ...keys.filter((key) => key !== undefined)]);
  }, [problem.value]);
  const setOpen = (key: string, isOpen: boolean) => {
    const changed = new Set(open.value);
    if (isOpen) changed.add(key);
    else changed.delete(key);
    open.value = changed;
  };
  const move = (rule: RuleForm, step: number, place: string) => {
    const from = rules.indexOf(rule);
    if (from + step < 0 || from + step >= rules.length) return;
    focus.current = { key: rule.key, place };
    said.value = words.moved(from + 1, from + step + 1);
    set({ rules: moved(rules, from, step) });
  };
  const remove = (rule: RuleForm) => {
    const index = rules.indexOf(rule);
    const next = rules[index + 1] ?? rules[index - 1];
    if (next) focus.current = { key: next.key, place: "edit" };
    said.value = words.removed(index + 1);
    set({ rules: rules.filter((one) => one !== rule) });
  };
  const add = () => {
    const rule = emptyRule();
    setOpen(rule.key, true);
    focus.current = { key: rule.key, place: "value" };
    set({ rules: [...rules, rule] });
  };
  const wrongList = wrong("/rules", "rules");
  return (
    <Section
      title={text.edit.sections.rules}
      summary={rules.length === 0 ? "" : count(rules.length, "rule", "rules")}
      fields={["rules"]}
      isWanted={route.peek().query.get("open") === "rules"}
    >
      <div class="rules-main">
        <p class="quiet">{rules.length === 0 ? words.none : words.hint}</p>
        <ol class="rules-list" ref={list}>
          {rules.map((rule, index) => (
            <RuleEditor
              key={rule.key}
              rule={rule}
              index={index}
              last={rules.length - 1}
              isOpen={open.value.has(rule.key)}
              onOpen={(isOpen) => setOpen(rule.key, isOpen)}
              onChange={(changed) => set({ rules: rules.map((one) => (one === rule ? changed : one)) })}
              onMove={(step, place) => move(rule, step, place)}
              onRemove={() => remove(rule)}
            />
          ))}
        </ol>
        {wrongList !== null && (
          <p class="wrong" role="alert">
            {wrongList}
          </p>
        )}
        {rules.length > 1 && <p class="quiet">{words.moveKeys}</p>}
        <div>
          <Button icon="plus" onClick={add} disabled={rules.length >= MAX_RULES}>
            {words.add}
          </Button>
          {rules.length >= MAX_RULES && <p class="quiet">{words.most}</p>}
        </div>
        <span class="hidden" role="status">
          {said.value}
        </span>
      </div>
      {base.value === null || base.value.rules.length === 0 ? (
        rules.length > 0 && <p class="quiet wide">{words.saveFirst}</p>
      ) : (
        <section class="rules-explain" aria-labelledby={id}>
          <h3 id={id}>{text.explain.title}</h3>
          <ExplainPanel link={base.value} hasChanges={hasChanges} />
        </section>
      )}
    </Section>
  );
}
