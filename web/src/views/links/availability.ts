import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { api, call, type Schemas } from "../../api/client";
import { text } from "../../text";

type Reason = NonNullable<Schemas["Availability"]["reason"]>;

export type AliasState =
  | { kind: "none" }
  | { kind: "checking" }
  | { kind: "free" }
  | { kind: "taken"; reason: Reason; why: string };

/** The pause in typing after which an alias is checked, in milliseconds. */
const PAUSE = 250;

/** Checks while somebody types whether an alias is available. Only creating the link claims it. */
export function useAvailability(domain: string) {
  const state = useSignal<AliasState>({ kind: "none" });
  const timer = useRef(0);
  /** The number of the latest check. The answer of an earlier one is dropped. */
  const run = useRef(0);
  const check = (typed: string) => {
    const alias = typed.trim();
    clearTimeout(timer.current);
    run.current += 1;
    const current = run.current;
    if (alias === "") {
      state.value = { kind: "none" };
      return;
    }
    state.value = { kind: "checking" };
    timer.current = window.setTimeout(async () => {
      const answer = await ask(alias, domain);
      if (run.current === current) state.value = answer;
    }, PAUSE);
  };
  // What was asked for another domain says nothing about this one.
  useLayoutEffect(() => () => check(""), [domain]);
  return { state, check };
}

async function ask(alias: string, domain: string): Promise<AliasState> {
  try {
    const answer = await call(api.GET("/api/v1/aliases/{alias}", { params: { path: { alias }, query: { domain } } }));
    if (answer.available) return { kind: "free" };
    const reason = answer.reason ?? "alias_taken";
    return { kind: "taken", reason, why: text.create.reasons[reason] };
  } catch {
    // Creating the link will say what is wrong.
    return { kind: "none" };
  }
}
