import { useSignal } from "@preact/signals";
import { call, publicApi } from "../../api/client";
import { start } from "../../api/session";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "./form";

export function SignInForm({ title, email: given = "" }: { title?: string; email?: string }) {
  const email = useSignal(given);
  const password = useSignal("");
  const { isBusy, problem, onSubmit, wrong } = useForm(async () => {
    const body = { email: email.value, password: password.value, browser: true };
    start(await call(publicApi.POST("/api/v1/login", { body })));
  });
  const isRefused = problem.value?.code === "unauthenticated";
  return (
    <form onSubmit={onSubmit}>
      {title && <h1>{title}</h1>}
      {isRefused ? (
        <p class="notice bad" role="alert">
          {text.start.wrongLogin}
        </p>
      ) : (
        <ProblemNotice problem={problem.value} />
      )}
      <TextField
        label={text.start.email}
        type="email"
        autocomplete="username"
        required
        hasFocus={given === ""}
        value={email.value}
        wrong={wrong("/email")}
        onValue={(value) => {
          email.value = value;
        }}
      />
      <TextField
        label={text.start.password}
        type="password"
        autocomplete="current-password"
        required
        hasFocus={given !== ""}
        value={password.value}
        wrong={wrong("/password")}
        onValue={(value) => {
          password.value = value;
        }}
      />
      <Button kind="primary" type="submit" isBusy={isBusy.value}>
        {text.start.signIn}
      </Button>
    </form>
  );
}
