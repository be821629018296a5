import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiProblem } from "../../api/problem";
import { me } from "../../state/me";
import { nameOf, type User } from "../../state/people";
import { useResource } from "../../state/resource";
import { isAtLeast } from "../../state/roles";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { and } from "../../ui/format";
import { QuotaFields } from "../../ui/quota-fields";
import { Failure, ProblemNotice, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { useForm } from "../start/form";
import { changedElsewhere, changedFields, patchOf, rebased, type TypedUser, typedUser } from "./changes";
import { OwnAccount } from "./own-account";
import { RoleField } from "./role-field";
import { changeUser, loadUser, type VersionedUser } from "./users";

interface ChangeProps {
  user: User;
  onClose: () => void;
  onChanged: (user: User) => void;
}

/** Changes name, role and limits, starting from the newest version of the user. */
export function ChangeDialog({ user, onClose, onChanged }: ChangeProps) {
  const { resource, reload } = useResource(() => loadUser(user.id), [user.id]);
  const { value, problem } = resource.value;
  return (
    <Dialog title={text.team.changeTitle(nameOf(user))} onClose={onClose}>
      {value !== null ? (
        <ChangeForm loaded={value} onClose={onClose} onChanged={onChanged} />
      ) : problem !== null ? (
        <Failure problem={problem} onRetry={() => void reload()} />
      ) : (
        <Skeleton height={330} />
      )}
    </Dialog>
  );
}

/** Problems that are about the role. */
const OF_THE_ROLE = ["last_owner", "user_state", "key_in_use"];

function ChangeForm({ loaded, onClose, onChanged }: Omit<ChangeProps, "user"> & { loaded: VersionedUser }) {
  const base = useSignal(loaded);
  const typed = useSignal<TypedUser>(typedUser(loaded.user));
  const conflict = useSignal<string | null>(null);
  const isSure = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The dialog was open before the form was loaded, and has given the focus to its cross.
    form.current?.querySelector("input")?.focus();
  }, []);
  const { user } = base.value;
  const { name, role, quota } = typed.value;
  const losesTeam = user.id === me.value?.user && isAtLeast(user.role, "admin") && !isAtLeast(role, user.role);

  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const before = base.value;
    if (changedFields(before.user, typed.value).length === 0) {
      toast(text.team.nothingChanged);
      onClose();
      return;
    }
    try {
      const after = await changeUser(before, patchOf(before.user, typed.value));
      toast(text.team.changed(nameOf(after.user)));
      onChanged(after.user);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.code === "version_mismatch")) throw error;
      const newest = await loadUser(user.id);
      const fields = changedElsewhere(before.user, newest.user).map((field) => text.team.fields[field]);
      typed.value = rebased(typed.value, before.user, newest.user);
      base.value = newest;
      conflict.value = fields.length > 0 ? text.team.conflict(and(fields)) : text.team.conflictElsewhere;
    }
  });
  const set = (part: Partial<TypedUser>) => {
    typed.value = { ...typed.value, ...part };
  };
  const code = problem.value?.code ?? "";
  const aboutRole = OF_THE_ROLE.includes(code)
    ? code === "last_owner" || code === "key_in_use"
      ? text.team.problems[code]
      : text.sentence(problem.value?.message ?? "")
    : null;
  return (
    <form ref={form} class="stack" onSubmit={onSubmit}>
      {aboutRole === null && <ProblemNotice problem={problem.value} />}
      {conflict.value && (
        <p class="notice warn" role="status">
          {conflict.value}
        </p>
      )}
      <TextField
        label={`${text.team.name} (${text.common.optional})`}
        autocomplete="off"
        value={name}
        wrong={wrong("/name")}
        onValue={(value) => set({ name: value })}
      />
      <RoleField
        value={role}
        present={user.role}
        wrong={aboutRole ?? wrong("/role")}
        onValue={(value) => set({ role: value })}
      />
      {losesTeam && (
        <OwnAccount
          hint={text.team.lowersOwn(text.shell.roles[role])}
          label={text.team.lowersOwnConfirm}
          isSure={isSure}
        />
      )}
      <QuotaFields
        quota={quota}
        hint={text.quota.userHint}
        problem={problem.value}
        onChange={(value) => set({ quota: value })}
      />
      <div class="actions">
        <Button onClick={onClose}>{text.common.cancel}</Button>
        <Button kind="primary" type="submit" isBusy={isBusy.value} disabled={losesTeam && !isSure.value}>
          {text.common.save}
        </Button>
      </div>
    </form>
  );
}
