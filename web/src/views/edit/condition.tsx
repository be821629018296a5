import { useId } from "preact/hooks";
import { text } from "../../text";
import { IconButton } from "../../ui/button";
import { ChipField, ToggleField } from "../../ui/chips";
import { Field, SelectField, TextField } from "../../ui/field";
import { country, language } from "../../ui/format";
import { choicesFor, type ListType, typedValue } from "./list-values";
import { CONDITION_TYPES, type ConditionForm, emptyCondition } from "./rule-form";

interface ConditionProps {
  condition: ConditionForm;
  /** What is wrong with a part of the condition, by its pointer in it. */
  wrong: (pointer: string) => string | null;
  onChange: (condition: ConditionForm) => void;
}

const words = text.edit.rules;
const TYPES = CONDITION_TYPES.map((value) => ({ value, label: words.types[value] }));

/** The fields of a condition. Another type starts it again. */
export function ConditionFields({
  condition,
  wrong,
  onChange,
  onRemove,
}: ConditionProps & { onRemove: (() => void) | null }) {
  return (
    <div class="condition">
      <SelectField
        label={words.condition}
        value={condition.type}
        options={TYPES}
        onValue={(type) => onChange({ ...emptyCondition(type), key: condition.key })}
        wrong={wrong("") ?? wrong("/type")}
      />
      <div class="condition-values">
        <ConditionValues condition={condition} wrong={wrong} onChange={onChange} />
      </div>
      {onRemove !== null && (
        <IconButton icon="close" label={words.removeCondition(text.rules.names[condition.type])} onClick={onRemove} />
      )}
    </div>
  );
}

function ConditionValues({ condition, wrong, onChange }: ConditionProps) {
  switch (condition.type) {
    case "country":
    case "language":
    case "address":
      return <ListFields condition={{ ...condition, type: condition.type }} wrong={wrong} onChange={onChange} />;
    case "device":
    case "os":
    case "browser":
      return (
        <ToggleField
          label={words.types[condition.type]}
          values={condition.any}
          choices={choicesOf(WORDS[condition.type])}
          onValues={(any) => onChange({ ...condition, any })}
          wrong={wrong("/any")}
        />
      );
    case "weekday":
      return (
        <>
          <ToggleField
            label={words.types.weekday}
            values={condition.any}
            choices={choicesOf(text.rules.days)}
            onValues={(any) => onChange({ ...condition, any })}
            wrong={wrong("/any")}
          />
          <ZoneField value={condition.tz} onValue={(tz) => onChange({ ...condition, tz })} wrong={wrong("/tz")} />
        </>
      );
    case "time":
      return (
        <>
          <div class="condition-line">
            <TextField
              label={words.from}
              type="time"
              value={condition.from}
              onValue={(from) => onChange({ ...condition, from })}
              wrong={wrong("/from")}
            />
            <TextField
              label={words.until}
              type="time"
              value={condition.to}
              onValue={(to) => onChange({ ...condition, to })}
              wrong={wrong("/to")}
            />
          </div>
          <ZoneField value={condition.tz} onValue={(tz) => onChange({ ...condition, tz })} wrong={wrong("/tz")} />
        </>
      );
    case "query":
      return <QueryFields condition={condition} wrong={wrong} onChange={onChange} />;
    case "split":
      return (
        <TextField
          label={words.percent}
          hint={words.percentHint}
          type="number"
          min={1}
          max={99}
          step={1}
          value={condition.percent}
          onValue={(percent) => onChange({ ...condition, percent })}
          wrong={wrong("/percent")}
        />
      );
  }
}

const WORDS = { device: text.rules.devices, os: text.rules.systems, browser: text.rules.browsers };

function choicesOf(labels: Record<string, string>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}

type ListCondition = { key: string; type: ListType; any: string[] };

/** A list of values that are typed or chosen. */
function ListFields({ condition, wrong, onChange }: Omit<ConditionProps, "condition"> & { condition: ListCondition }) {
  const { type, any } = condition;
  const choices = choicesFor(type);
  const labels = { country, language, address: (value: string) => value };
  const item = any.map((value, index) => ({ value, detail: wrong(`/any/${index}`) })).find(({ detail }) => detail);
  return (
    <ChipField
      label={words.types[type]}
      hint={words[`${type}Hint`]}
      values={any}
      choices={choices}
      labelOf={labels[type]}
      parse={(typed) => typedValue(typed, type, choices)}
      onValues={(values) => onChange({ ...condition, any: values })}
      wrong={wrong("/any") ?? (item ? `${item.value}: ${item.detail}` : null)}
    />
  );
}

type QueryCondition = Extract<ConditionForm, { type: "query" }>;

const TESTS = (["present", "absent", "equals"] as const).map((value) => ({ value, label: words.tests[value] }));

function QueryFields({
  condition,
  wrong,
  onChange,
}: Omit<ConditionProps, "condition"> & { condition: QueryCondition }) {
  return (
    <div class="condition-line">
      <TextField
        label={words.parameter}
        value={condition.name}
        onValue={(name) => onChange({ ...condition, name })}
        wrong={wrong("/name")}
        spellcheck={false}
      />
      <SelectField
        label={words.test}
        value={condition.test}
        options={TESTS}
        onValue={(test) => onChange({ ...condition, test })}
        wrong={wrong("/present")}
      />
      {condition.test === "equals" && (
        <TextField
          label={words.value}
          value={condition.equals}
          onValue={(equals) => onChange({ ...condition, equals })}
          wrong={wrong("/equals")}
          spellcheck={false}
        />
      )}
    </div>
  );
}

interface ZoneFieldProps {
  value: string;
  onValue: (value: string) => void;
  wrong: string | null;
}

function ZoneField({ value, onValue, wrong }: ZoneFieldProps) {
  const list = useId();
  return (
    <Field label={words.zone} hint={words.zoneHint} wrong={wrong}>
      {(control) => (
        <>
          <input
            {...control}
            class="input"
            list={list}
            value={value}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          <datalist id={list}>
            {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
