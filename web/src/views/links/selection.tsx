import { type Signal, useSignal } from "@preact/signals";

import { allItems, api, call, type Link, type Schemas } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { may } from "../../state/me";
import { text } from "../../text";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SelectField, TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import type { Change } from "./bulk";

interface SelectionProps {
  selected: Signal<ReadonlySet<string>>;
  links: readonly Link[];
  /** Makes the change to the selected links. */
  onChange: (links: readonly Link[], change: Change) => Promise<void>;
  progress: string | null;
}

/** What can be done with the selected links. */
export function SelectionBar({ selected, links, onChange, progress }: SelectionProps) {
  const dialog = useSignal<"tag" | "owner" | null>(null);
  const chosen = links.filter((link) => selected.value.has(link.id));
  if (chosen.length === 0) return null;
  const { bulk } = text.links;
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
        onClick={() => {
          dialog.value = "tag";
        }}
      >
        {bulk.tag}
      </Button>
      <Button onClick={() => void run({ kind: "disabled", disabled: true })}>{text.links.disable}</Button>
      {may("links:admin") && (
        <Button
          onClick={() => {
            dialog.value = "owner";
          }}
        >
          {bulk.handOver}
        </Button>
      )}
      <Button kind="danger" icon="trash" onClick={() => void run({ kind: "delete" })}>
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

const NOBODY = "";

function OwnerDialog({ onClose, onApply }: ApplyProps<string | null>) {
  const owner = useSignal(NOBODY);
  const users = useSignal<readonly Schemas["User"][] | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  if (users.value === null && problem.value === null) {
    void allItems(call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } }))).then(
      (loaded) => {
        users.value = loaded;
      },
      (error: unknown) => {
        problem.value = asProblem(error);
      },
    );
  }
  const active = (users.value ?? []).filter((user) => user.state === "active" || user.state === "invited");
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    onClose();
    await onApply(owner.value || null);
  };
  return (
    <Dialog title={text.links.bulk.handOver} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        <SelectField
          label={text.links.bulk.handOverLabel}
          value={owner.value}
          options={[
            { value: NOBODY, label: text.links.filters.nobody },
            ...active.map((user) => ({ value: user.id, label: user.name ?? user.email ?? user.id })),
          ]}
          onValue={(value) => {
            owner.value = value;
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
