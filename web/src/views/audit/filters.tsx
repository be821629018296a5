import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { me } from "../../state/me";
import { everybody, nameOf, personName, type User } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { SelectField, TextField } from "../../ui/field";
import { type AuditFilter, isReversed, NO_FILTER } from "./filter";

interface FiltersProps {
  filter: AuditFilter;
  /** What the API says about `subject`. */
  wrongSubject: string | null;
  onChange: (change: Partial<AuditFilter>) => void;
}

/** The filters of the audit log. They are kept in the address. */
export function Filters({ filter, wrongSubject, onChange }: FiltersProps) {
  const subject = useSignal(filter.subject);
  const users = useSignal<readonly User[]>([]);
  const loading = useRef<Promise<void> | null>(null);
  useEffect(() => {
    subject.value = filter.subject;
  }, [filter.subject]);
  const { audit } = text;
  const isFiltered = Object.values(filter).some((value) => value !== "");
  return (
    <form
      class="card audit-filters"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ subject: subject.value.trim() });
      }}
    >
      <TextField
        label={audit.filters.from}
        type="date"
        value={filter.from}
        wrong={isReversed(filter) ? audit.wrongRange : null}
        onValue={(from) => onChange({ from })}
      />
      <TextField label={audit.filters.to} type="date" value={filter.to} onValue={(to) => onChange({ to })} />
      {/* The people are loaded when somebody wants to choose one. */}
      <div
        onFocusCapture={() => {
          loading.current ??= everybody().then(
            (loaded) => {
              users.value = loaded;
            },
            () => {
              loading.current = null;
            },
          );
        }}
      >
        <SelectField
          label={audit.filters.principal}
          value={filter.principal}
          options={choices(users.value, filter.principal)}
          onValue={(principal) => onChange({ principal })}
        />
      </div>
      <TextField
        label={audit.filters.subject}
        placeholder={audit.subjectPlaceholder}
        maxLength={253}
        autocomplete="off"
        spellcheck={false}
        value={subject.value}
        wrong={wrongSubject}
        onValue={(value) => {
          subject.value = value;
        }}
      />
      <div class="row-line">
        <Button type="submit">{audit.apply}</Button>
        {isFiltered && (
          <Button kind="quiet-button" onClick={() => onChange(NO_FILTER)}>
            {audit.clear}
          </Button>
        )}
      </div>
    </form>
  );
}

function choices(users: readonly User[], chosen: string) {
  const { audit } = text;
  const people = users.filter(({ id }) => id !== me.value?.user);
  const known = [
    { value: "", label: audit.anybody },
    ...(me.value?.user ? [{ value: me.value.user, label: text.keys.ownerSelf }] : []),
    ...people.map((user) => ({ value: user.id, label: nameOf(user) })),
    { value: "admin", label: audit.admin },
    { value: "public", label: audit.public },
  ];
  if (known.some(({ value }) => value === chosen)) return known;
  return [
    ...known,
    { value: chosen, label: chosen.startsWith("key_") ? `${audit.key} (${chosen})` : personName(chosen) },
  ];
}
