import { useSignal } from "@preact/signals";
import { call, publicApi } from "../../api/client";
import { start } from "../../api/session";
import { href, replaceAddress } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "./form";

/** Accepts an invitation: the first password of a user. */
export function AcceptForm({ token }: { token: string }) {
  const name = useSignal("");
  const password = useSignal("");
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const body = { token, name: name.value || null, password: password.value, browser: true };
    const answer = await call(publicApi.POST("/api/v1/invitations/accept", { body }));
    // Not a new entry: the token must not stay in the history of the browser.
    replaceAddress(href(["links"]));
    // Afterwards, because it reloads the page if somebody else is signed in.
    start(answer);
  });
  const isRefused = problem.value?.code === "unauthenticated" || problem.value?.at("/token");
  return (
    <form onSubmit={onSubmit}>
      <h1>{text.start.accept}</h1>
      <p class="soft">{text.start.acceptHint}</p>
      {isRefused ? (
        <p class="notice bad" role="alert">
          {text.start.wrongInvitation}
        </p>
      ) : (
        <ProblemNotice problem={problem.value} />
      )}
      <TextField
        label={`${text.start.name} (${text.common.optional})`}
        autocomplete="name"
        hasFocus
        value={name.value}
        wrong={wrong("/name")}
        onValue={(value) => {
          name.value = value;
        }}
      />
      <TextField
        label={text.start.password}
        hint={text.start.passwordHint}
        type="password"
        autocomplete="new-password"
        required
        minLength={12}
        value={password.value}
        wrong={wrong("/password")}
        onValue={(value) => {
          password.value = value;
        }}
      />
      <Button kind="primary" type="submit" isBusy={isBusy.value}>
        {text.start.acceptButton}
      </Button>
    </form>
  );
}
