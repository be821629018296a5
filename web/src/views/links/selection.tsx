import { type Signal, useSignal } from "@preact/signals";
import type { Link } from "../../api/client";
import { may } from "../../state/me";
import { everybody, nameOf, type User } from "../../state/people";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import type { Change } from "./bulk";

interface SelectionProps {
  selected: Signal<ReadonlySet<string>>;
  /** The selected links. */
  chosen: readonly Link[];
  /** All links that can be selected. */
  links: readonly Link[];
  /** Makes the change to the selected links. */
  onChange: (links: readonly Link[], change: Change) => Promise<void>;
  /** How far a running change is. */
  progress: string | null;
}

/** What can be done with the selected links. */
export function SelectionBar({ selected, chosen, links, onChange, progress }: SelectionProps) {
  const dialog = useSignal<"tag" | "owner" | null>(null);
  const { bulk } = text.links;
  const isBusy = progress !== null;
  const run = (change: Change) => onChange(chosen, change);
  const close = () => {
    dialog.value = null;
  };
  return (
    <div class="bulk">
      <b>{bulk.selected(chosen.length)}</b>
      <span role="status" class="soft">
        {progress}
      </span>
      <span class="spacer" />
      <Button
        icon="tags"
        disabled={isBusy}
        onClick={() => {
          dialog.value = "tag";
        }}
      >
        {bulk.tag}
      </Button>
      <Button disabled={isBusy} onClick={() => void run({ kind: "disabled", disabled: true })}>
        {text.links.disable}
      </Button>
      {may("links:admin") && (
        <Button
          disabled={isBusy}
          onClick={() => {
            dialog.value = "owner";
          }}
        >
          {bulk.handOver}
        </Button>
      )}
      <Button kind="danger" icon="trash" disabled={isBusy} onClick={() => void run({ kind: "delete" })}>
        {text.common.delete}
      </Button>
      <Button
        kind="quiet-button"
        onClick={() => {
          selected.value = new Set(links.map((link) => link.id));
        }}
      >
        {bulk.selectAll}
      </Button>
      <IconButton
        icon="close"
        label={bulk.clear}
        onClick={() => {
          selected.value = new Set();
        }}
      />
      {dialog.value === "tag" && <TagDialog onClose={close} onApply={(tag) => run({ kind: "tag", tag })} />}
      {dialog.value === "owner" && <OwnerDialog onClose={close} onApply={(owner) => run({ kind: "owner", owner })} />}
    </div>
  );
}

interface ApplyProps<T> {
  onClose: () => void;
  onApply: (value: T) => Promise<void>;
}

function TagDialog({ onClose, onApply }: ApplyProps<string>) {
  const tag = useSignal("");
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    onClose();
    await onApply(tag.value.trim());
  };
  return (
    <Dialog title={text.links.bulk.tag} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <TextField
          label={text.links.bulk.tagLabel}
          required
          hasFocus
          value={tag.value}
          onValue={(value) => {
            tag.value = value;
          }}
        />
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" type="submit">
            {text.links.bulk.apply}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const NOBODY = "none";

function OwnerDialog({ onClose, onApply }: ApplyProps<string | null>) {
  const owner = useSignal("");
  const { resource, reload } = useResource(everybody, []);
  const { value: users, problem } = resource.value;
  const { bulk } = text.links;
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (users === null || owner.value === "") return;
    onClose();
    await onApply(owner.value === NOBODY ? null : owner.value);
  };
  return (
    <Dialog title={bulk.handOver} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit} aria-busy={users === null && problem === null}>
        <ProblemNotice problem={problem} />
        <Field label={bulk.handOverLabel}>
          {(control) => (
            <select
              {...control}
              class="input"
              required
              value={owner.value}
              onChange={(event) => {
                owner.value = event.currentTarget.value;
              }}
            >
              <option value="">{bulk.choose}</option>
              {(users ?? []).filter(canOwn).map((user) => (
                <option key={user.id} value={user.id}>
                  {nameOf(user)}
                </option>
              ))}
              <option value={NOBODY}>{text.links.filters.nobody}</option>
            </select>
          )}
        </Field>
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          {problem && <Button onClick={() => void reload()}>{text.common.tryAgain}</Button>}
          <Button kind="primary" type="submit" disabled={users === null}>
            {bulk.apply}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function canOwn({ state }: User): boolean {
  return state === "active" || state === "invited";
}
