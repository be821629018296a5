import { useSignal } from "@preact/signals";
import { api, call, publicApi } from "../../api/client";
import { leave, resume, session } from "../../api/session";
import { href, replaceAddress } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { useForm } from "./form";

/** Sets a new password with the one-time token of an admin. */
export function ResetForm({ token }: { token: string }) {
  const password = useSignal("");
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    await call(publicApi.POST("/api/v1/password/reset", { body: { token, new: password.value } }));
    // The reset ended all sessions of its user. Whether this browser has one that goes on is not known on this page.
    if (session.peek().kind === "unknown") await resume().catch(() => {});
    const { kind } = session.peek();
    const isSignedIn = kind === "signed-in" || kind === "unknown";
    if (!isSignedIn) leave();
    // Not a new entry: the token must not stay in the history of the browser.
    replaceAddress(href(["links"]));
    toast(isSignedIn ? text.start.resetDoneSignedIn : text.start.resetDone);
    // If the session of this browser was one of them, the client asks to sign in.
    if (kind === "signed-in") void call(api.GET("/api/v1/me")).catch(() => {});
  });
  const isRefused = problem.value?.code === "unauthenticated" || problem.value?.at("/token");
  return (
    <form onSubmit={onSubmit}>
      <h1>{text.start.reset}</h1>
      {isRefused ? (
        <p class="notice bad" role="alert">
          {text.start.wrongReset}
        </p>
      ) : (
        <ProblemNotice problem={problem.value} />
      )}
      <TextField
        label={text.start.newPassword}
        hint={text.start.passwordHint}
        type="password"
        autocomplete="new-password"
        required
        hasFocus
        minLength={12}
        value={password.value}
        wrong={wrong("/new")}
        onValue={(value) => {
          password.value = value;
        }}
      />
      <Button kind="primary" type="submit" isBusy={isBusy.value}>
        {text.start.resetButton}
      </Button>
    </form>
  );
}
