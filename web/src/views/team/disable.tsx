import { useSignal } from "@preact/signals";
import { me } from "../../state/me";
import { nameOf, type User } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "../start/form";
import { OwnAccount } from "./own-account";
import { changeUser, loadUser } from "./users";

interface DisableProps {
  user: User;
  onClose: () => void;
  onDisabled: (user: User) => void;
}

/** Asks before somebody is locked out. */
export function DisableDialog({ user, onClose, onDisabled }: DisableProps) {
  const isSure = useSignal(false);
  const { isBusy, problem, onSubmit } = useForm(async () => {
    onDisabled((await changeUser(await loadUser(user.id), { disabled: true })).user);
  });
  const { disableDialog } = text.team;
  const isSelf = user.id === me.value?.user;
  const isOwner = user.role === "owner";
  return (
    <Dialog title={disableDialog.title(nameOf(user))} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        <p class={isOwner ? "notice warn" : undefined}>{isOwner ? disableDialog.owner : disableDialog.hint}</p>
        {isSelf && !isOwner && (
          <OwnAccount hint={disableDialog.self} label={disableDialog.selfConfirm} isSure={isSure} />
        )}
        <div class="actions">
          <Button onClick={onClose}>{isOwner ? text.common.close : text.common.cancel}</Button>
          {!isOwner && (
            <Button kind="danger" type="submit" isBusy={isBusy.value} disabled={isSelf && !isSure.value}>
              {text.team.disable}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
