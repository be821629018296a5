import { useSignal } from "@preact/signals";
import type { Link } from "../../api/client";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { useForm } from "../start/form";
import { changeLink } from "./actions";

interface BlockProps {
  link: Link;
  onBlocked: (link: Link) => void;
  onClose: () => void;
}

/** Blocks a link, with a reason. */
export function BlockDialog({ link, onBlocked, onClose }: BlockProps) {
  const reason = useSignal("");
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    onBlocked(await changeLink(link, { blocked: { reason: reason.value.trim() } }));
    toast(text.link.blocked(link.alias));
    onClose();
  });
  return (
    <Dialog title={text.link.blockTitle(link.alias)} onClose={onClose} canClose={!isBusy.value}>
      <form class="stack" onSubmit={onSubmit}>
        <p class="soft">{text.link.blockHint}</p>
        <ProblemNotice problem={problem.value} />
        <TextField
          label={text.link.blockReason}
          hint={text.link.blockReasonHint}
          required
          hasFocus
          maxLength={512}
          value={reason.value}
          wrong={wrong("/blocked")}
          onValue={(value) => {
            reason.value = value;
          }}
        />
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="danger" type="submit" isBusy={isBusy.value}>
            {text.link.blockButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
