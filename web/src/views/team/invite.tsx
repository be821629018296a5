import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { api, call, type Schemas } from "../../api/client";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import type { Role } from "../../state/roles";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { NO_QUOTA, quotaOf, type TypedQuota } from "../../ui/quota";
import { QuotaFields } from "../../ui/quota-fields";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "../start/form";
import { RoleField } from "./role-field";

const DRAFT = "invite";

interface Draft {
  email: string;
  name: string;
  role: Role;
  quota: TypedQuota;
}

const NEW: Draft = { email: "", name: "", role: "editor", quota: NO_QUOTA };

interface InviteProps {
  onClose: () => void;
  onInvited: (invited: Schemas["InvitedUser"]) => void;
}

/** Invites somebody. The answer has the one-time token. */
export function InviteDialog({ onClose, onInvited }: InviteProps) {
  const draft = useSignal<Draft>({ ...NEW, ...loadDraft<Draft>(DRAFT) });
  const { email, name, role, quota } = draft.value;
  useLayoutEffect(() => saveDraft(DRAFT, draft.value), [draft.value]);
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const body = { email: email.trim(), name: name.trim() || null, role, quota: quotaOf(quota) };
    const invited = await call(api.POST("/api/v1/users", { body }));
    dropDraft(DRAFT);
    onInvited(invited);
  });
  const set = (part: Partial<Draft>) => {
    draft.value = { ...draft.value, ...part };
  };
  const isTaken = problem.value?.code === "email_taken";
  return (
    <Dialog title={text.team.inviteTitle} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        {!isTaken && <ProblemNotice problem={problem.value} />}
        <TextField
          label={text.team.email}
          hint={text.team.emailHint}
          type="email"
          autocomplete="off"
          required
          hasFocus
          value={email}
          wrong={isTaken ? text.team.emailTaken : wrong("/email")}
          onValue={(value) => set({ email: value })}
        />
        <TextField
          label={`${text.team.name} (${text.common.optional})`}
          autocomplete="off"
          value={name}
          wrong={wrong("/name")}
          onValue={(value) => set({ name: value })}
        />
        <RoleField value={role} present="viewer" wrong={wrong("/role")} onValue={(value) => set({ role: value })} />
        <QuotaFields
          quota={quota}
          hint={text.quota.userHint}
          problem={problem.value}
          onChange={(value) => set({ quota: value })}
        />
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy.value}>
            {text.team.inviteButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
