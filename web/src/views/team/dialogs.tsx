import type { Schemas } from "../../api/client";
import type { User } from "../../state/people";
import { ChangeDialog } from "./change";
import { DeleteDialog } from "./delete";
import { DisableDialog } from "./disable";
import { InviteDialog } from "./invite";
import { InvitationDialog, ResetDialog } from "./secrets";

/** The dialog that is open. */
export type OpenDialog =
  | { kind: "invite" }
  | { kind: "invitation"; invited: Schemas["InvitedUser"] }
  | { kind: "change" | "reset" | "disable" | "delete"; user: User };

interface DialogsProps {
  open: OpenDialog | null;
  onClose: () => void;
  onInvited: (invited: Schemas["InvitedUser"]) => void;
  onChanged: (user: User) => void;
  onDisabled: (user: User) => void;
  onDeleted: (user: User, state: "done" | "leaving") => void;
}

/** The dialogs of the team, of which at most one is open. */
export function Dialogs({ open, onClose, onInvited, onChanged, onDisabled, onDeleted }: DialogsProps) {
  switch (open?.kind) {
    case undefined:
      return null;
    case "invite":
      return <InviteDialog onClose={onClose} onInvited={onInvited} />;
    case "invitation":
      return <InvitationDialog invited={open.invited} onClose={onClose} />;
    case "change":
      return <ChangeDialog user={open.user} onClose={onClose} onChanged={onChanged} />;
    case "reset":
      return <ResetDialog user={open.user} onClose={onClose} />;
    case "disable":
      return <DisableDialog user={open.user} onClose={onClose} onDisabled={onDisabled} />;
    case "delete":
      return <DeleteDialog user={open.user} onClose={onClose} onDeleted={(state) => onDeleted(open.user, state)} />;
  }
}
