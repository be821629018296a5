import { useSignal } from "@preact/signals";
import { api, call } from "../../api/client";
import { session } from "../../api/session";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { useForm } from "../start/form";

/** Changes the password. All other sessions end. */
export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const current = useSignal("");
  const next = useSignal("");
  const { account } = text;
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    await call(api.POST("/api/v1/password", { body: { current: current.value, new: next.value } }));
    current.value = "";
    next.value = "";
    toast(account.passwordDone);
    onChanged();
  });
  const isWrong = problem.value?.code === "forbidden";
  const user = session.value.kind === "signed-in" ? session.value.user : null;
  return (
    <form class="card stack" onSubmit={onSubmit}>
      <h2>{account.password}</h2>
      {!isWrong && <ProblemNotice problem={problem.value} />}
      {/* Password managers store the new password under this name. */}
      <input
        class="hidden"
        type="text"
        autocomplete="username"
        tabIndex={-1}
        aria-hidden="true"
        readOnly
        value={user?.email ?? ""}
      />
      <TextField
        label={account.current}
        type="password"
        autocomplete="current-password"
        required
        value={current.value}
        wrong={isWrong ? account.wrongCurrent : wrong("/current")}
        onValue={(value) => {
          current.value = value;
        }}
      />
      <TextField
        label={account.new}
        hint={account.newHint}
        type="password"
        autocomplete="new-password"
        required
        minLength={12}
        value={next.value}
        wrong={wrong("/new")}
        onValue={(value) => {
          next.value = value;
        }}
      />
      <p class="quiet">{account.passwordEnds}</p>
      <div class="actions">
        <Button kind="primary" type="submit" isBusy={isBusy.value}>
          {account.passwordButton}
        </Button>
      </div>
    </form>
  );
}
