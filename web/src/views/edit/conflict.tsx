import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Link } from "../../api/client";
import { may, me } from "../../state/me";
import { lookUp, personName } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ownZone } from "../../ui/local-time";
import { RuleSentence } from "../rules/words";
import { useEditor } from "./editor";
import { fieldWords, LABELS } from "./field-words";
import { formOf, type LinkForm } from "./form";
import { type Difference, differences, firstChoice, type MergedField, merged, type Side } from "./merge";
import { ruleOf } from "./rule-form";

interface ConflictDialogProps {
  before: Link;
  theirs: Link;
  onClose: () => void;
}

/** Both versions field by field. Somebody chooses what is saved. */
export function ConflictDialog({ before, theirs, onClose }: ConflictDialogProps) {
  const { form, saveMerged } = useEditor();
  const [old, mine, their] = [formOf(before), form.value, formOf(theirs)];
  const rows = differences(old, mine, their);
  const choices = useSignal<Partial<Record<MergedField, Side>>>(
    Object.fromEntries(rows.map((row) => [row.field, firstChoice(row)])),
  );
  const chooseAll = (side: Side) => {
    choices.value = Object.fromEntries(rows.map((row) => [row.field, side]));
  };
  useEffect(() => void lookUp([old, mine, their].flatMap(({ owner }) => owner || [])), []);
  const words = text.edit.conflict;
  return (
    <Dialog title={words.title} onClose={onClose} isWide>
      <div class="stack">
        <p class="soft">{rows.length === 0 ? words.same : words.hint}</p>
        {rows.length > 0 && (
          <>
            <div class="row-line">
              <Button onClick={() => chooseAll("mine")}>{words.allMine}</Button>
              <Button onClick={() => chooseAll("theirs")}>{words.allTheirs}</Button>
            </div>
            <ul class="conflict-rows">
              {rows.map((row) => (
                <ConflictRow
                  key={row.field}
                  row={row}
                  forms={{ before: old, mine, theirs: their }}
                  chosen={choices.value[row.field] ?? "mine"}
                  onChoose={(side) => {
                    choices.value = { ...choices.value, [row.field]: side };
                  }}
                />
              ))}
            </ul>
          </>
        )}
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" onClick={() => void saveMerged(merged(mine, their, choices.value))}>
            {words.save}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ConflictRowProps {
  row: Difference;
  forms: { before: LinkForm; mine: LinkForm; theirs: LinkForm };
  chosen: Side;
  onChoose: (side: Side) => void;
}

function ConflictRow({ row, forms, chosen, onChoose }: ConflictRowProps) {
  const words = text.edit.conflict;
  const { field } = row;
  return (
    <li>
      <fieldset class="conflict-row">
        <legend>{LABELS[field]}</legend>
        <div class="conflict-side">
          <span class="quiet">{words.before}</span>
          <FieldValue form={forms.before} field={field} />
        </div>
        {(["mine", "theirs"] as const).map((side) => (
          <label key={side} class={chosen === side ? "conflict-side on" : "conflict-side"}>
            <span class="row-line">
              <input
                type="radio"
                name={`conflict-${field}`}
                checked={chosen === side}
                onChange={() => onChoose(side)}
              />
              <b>{words[side]}</b>
            </span>
            <FieldValue form={forms[side]} field={field} />
          </label>
        ))}
      </fieldset>
    </li>
  );
}

/** The name of an owner. Only admins see those of others. */
function ownerName(id: string): string {
  if (id === me.value?.user) return text.people.you;
  return may("users:admin") ? personName(id) : text.link.somebodyElse;
}

/** The value of a field, also if it has none. */
function FieldValue({ form, field }: { form: LinkForm; field: MergedField }) {
  const { none } = text.edit.conflict;
  if (field === "rules") {
    return (
      <ol class="conflict-value">
        {form.rules.map((rule) => (
          <li key={rule.key}>
            <RuleSentence rule={ruleOf(rule)} />
          </li>
        ))}
        {form.rules.length === 0 && <li class="quiet">{none}</li>}
      </ol>
    );
  }
  const shown = field === "owner" && form.owner !== "" ? ownerName(form.owner) : fieldWords(form, field, ownZone());
  return shown === "" ? (
    <span class="quiet">{none}</span>
  ) : (
    <span class="conflict-value" dir="auto">
      {shown}
    </span>
  );
}
