import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { me } from "../../state/me";
import { everybody, nameOf, type User } from "../../state/people";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SelectField } from "../../ui/field";
import { Failure, ProblemNotice, Skeleton } from "../../ui/states";
import { useForm } from "../start/form";
import { OwnAccount } from "./own-account";
import { deleteUser, loadUser } from "./users";

interface DeleteProps {
  user: User;
  onClose: () => void;
  /** The deletion ended; `leaving` if some links still have the user as owner. */
  onDeleted: (state: "done" | "leaving") => void;
}

/** Deletes a user after asking who gets their links. */
export function DeleteDialog({ user, onClose, onDeleted }: DeleteProps) {
  const { resource, reload } = useResource(everybody, []);
  const { value, problem } = resource.value;
  const { deleteDialog } = text.team;
  if (user.role === "owner") {
    return (
      <Dialog title={deleteDialog.title(nameOf(user))} onClose={onClose}>
        <div class="stack">
          <p class="notice warn">{deleteDialog.owner}</p>
          <div class="actions">
            <Button onClick={onClose}>{text.common.close}</Button>
          </div>
        </div>
      </Dialog>
    );
  }
  if (value !== null) return <DeleteForm user={user} users={value} onClose={onClose} onDeleted={onDeleted} />;
  return (
    <Dialog title={deleteDialog.title(nameOf(user))} onClose={onClose}>
      {problem === null ? <Skeleton height={180} /> : <Failure problem={problem} onRetry={() => void reload()} />}
    </Dialog>
  );
}

const NOBODY = "none";

function DeleteForm({ user, users, onClose, onDeleted }: DeleteProps & { users: readonly User[] }) {
  const linksTo = useSignal(NOBODY);
  const rounds = useSignal<number | null>(null);
  const isSure = useSignal(false);
  const stop = useRef(new AbortController());
  const { deleteDialog } = text.team;
  const isSelf = user.id === me.value?.user;
  const heirs = users.filter(({ id, state }) => id !== user.id && (state === "active" || state === "invited"));

  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    stop.current = new AbortController();
    rounds.value = 0;
    try {
      const loaded = await loadUser(user.id);
      const onProgress = (done: number) => {
        rounds.value = done;
      };
      const end = await deleteUser(loaded, linksTo.value, onProgress, stop.current.signal);
      onDeleted(end === "done" ? "done" : "leaving");
    } finally {
      rounds.value = null;
    }
  });
  return (
    <Dialog title={deleteDialog.title(nameOf(user))} canClose={!isBusy.value} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        <p>{deleteDialog.hint}</p>
        <SelectField
          label={deleteDialog.linksTo}
          hint={linksTo.value === NOBODY ? deleteDialog.nobodyHint : undefined}
          wrong={wrong("/links_to")}
          value={linksTo.value}
          disabled={isBusy.value}
          options={[
            { value: NOBODY, label: deleteDialog.nobody },
            ...heirs.map((heir) => ({ value: heir.id, label: nameOf(heir) })),
          ]}
          onValue={(value) => {
            linksTo.value = value;
          }}
        />
        {isSelf && <OwnAccount hint={deleteDialog.self} label={deleteDialog.selfConfirm} isSure={isSure} />}
        <p class="soft" role="status">
          {rounds.value !== null && deleteDialog.progress(rounds.value)}
        </p>
        <div class="actions">
          {isBusy.value && rounds.value !== null && rounds.value > 0 ? (
            <Button onClick={() => stop.current.abort()}>{deleteDialog.stop}</Button>
          ) : (
            <Button onClick={onClose} disabled={isBusy.value}>
              {text.common.cancel}
            </Button>
          )}
          <Button kind="danger" type="submit" isBusy={isBusy.value} disabled={isSelf && !isSure.value}>
            {deleteDialog.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
