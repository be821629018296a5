import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, publicApi } from "../../api/client";
import { start } from "../../api/session";
import { href, replaceAddress } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "./form";

/** Creates the first owner with the bootstrap admin's key, and signs them in. */
export function SetupForm({ keyGiven }: { keyGiven: string }) {
  const key = useSignal(keyGiven);
  useEffect(() => {
    // The key is good for everything, so it must not stay in the history of the browser.
    if (keyGiven !== "") replaceAddress(href(["setup"]));
  }, [keyGiven]);
  const name = useSignal("");
  const email = useSignal("");
  const password = useSignal("");
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const owner = { email: email.value, name: name.value, password: password.value };
    const headers = { authorization: `Bearer ${key.value.trim()}` };
    await call(publicApi.POST("/api/v1/setup", { body: owner, headers }));
    const { email: address, password: secret } = owner;
    const body = { email: address, password: secret, browser: true };
    const answer = await call(publicApi.POST("/api/v1/login", { body }));
    replaceAddress(href(["links"]));
    start(answer);
  });
  const code = problem.value?.code;
  return (
    <form onSubmit={onSubmit}>
      <h1>{text.start.setup}</h1>
      <p class="soft">{text.start.setupHint}</p>
      {code === "user_state" ? (
        <p class="notice bad" role="alert">
          {text.start.hasOwner}
        </p>
      ) : code === "unauthenticated" ? null : (
        <ProblemNotice problem={problem.value} />
      )}
      <TextField
        label={text.start.adminKey}
        hint={text.start.adminKeyHint}
        type="password"
        autocomplete="off"
        required
        hasFocus={keyGiven === ""}
        value={key.value}
        wrong={code === "unauthenticated" ? text.start.wrongKey : null}
        onValue={(value) => {
          key.value = value;
        }}
      />
      <TextField
        label={text.start.name}
        autocomplete="name"
        required
        hasFocus={keyGiven !== ""}
        value={name.value}
        wrong={wrong("/name")}
        onValue={(value) => {
          name.value = value;
        }}
      />
      <TextField
        label={text.start.email}
        type="email"
        autocomplete="username"
        required
        value={email.value}
        wrong={wrong("/email")}
        onValue={(value) => {
          email.value = value;
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
        {text.start.create}
      </Button>
    </form>
  );
}
