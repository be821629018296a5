import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { api, call, type Link } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import { defaultDomain, domains } from "../../state/me";
import { href } from "../../state/router";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { copyText } from "../../ui/copy";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { Attempt } from "./attempt";
import { useAvailability } from "./availability";
import { hostOf } from "./row";
import { withScheme } from "./target";

/** The name of the draft of this card. */
export const QUICK_DRAFT = "create";

interface Draft {
  target: string;
  alias: string;
}

/** Creates a link: paste, see the alias, press Enter. */
export function CreateCard({
  input,
  onCreated,
}: {
  input: RefObject<HTMLInputElement | null>;
  onCreated: (link: Link) => void;
}) {
  const kept = loadDraft<Draft>(QUICK_DRAFT);
  const target = useSignal(kept?.target ?? "");
  const alias = useSignal(kept?.alias ?? "");
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const attempt = useRef(new Attempt()).current;
  const domain = defaultDomain.value;
  const { state, check } = useAvailability(domain);
  const origin = domains.value.find((one) => one.default)?.origin ?? location.origin;

  useEffect(() => {
    if (target.value || alias.value) saveDraft(QUICK_DRAFT, { target: target.value, alias: alias.value });
    else dropDraft(QUICK_DRAFT);
  }, [target.value, alias.value]);

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value || target.value.trim() === "") return;
    isBusy.value = true;
    problem.value = null;
    try {
      const body = { target: withScheme(target.value), alias: alias.value.trim() || null, domain };
      const headers = { "Idempotency-Key": attempt.keyOf(JSON.stringify(body)) };
      const link = (await call(api.POST("/api/v1/links", { body, headers }))) as Link;
      attempt.finish();
      target.value = "";
      alias.value = "";
      check("");
      onCreated(link);
      toast(text.create.done(link.short_url), { label: text.create.copyKey, run: () => void copyText(link.short_url) });
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };

  const wrongAlias = state.value.kind === "taken" ? state.value.why : null;
  const wrongTarget = problem.value?.at("/target")?.detail;
  return (
    <form class="card create-card" onSubmit={onSubmit}>
      <input
        ref={input}
        class="create-url"
        aria-label={text.create.label}
        placeholder={text.create.placeholder}
        inputMode="url"
        autocomplete="off"
        spellcheck={false}
        value={target.value}
        aria-invalid={wrongTarget ? "true" : undefined}
        onInput={(event) => {
          target.value = event.currentTarget.value;
        }}
      />
      {wrongTarget ? (
        <p class="wrong" role="alert">
          {text.sentence(wrongTarget)}
        </p>
      ) : (
        <ProblemNotice problem={problem.value} />
      )}
      <div class="create-line">
        <span class="soft">{hostOf(origin)}/</span>
        <input
          class="create-alias"
          aria-label={text.create.alias}
          placeholder={text.create.aliasPlaceholder}
          autocomplete="off"
          spellcheck={false}
          value={alias.value}
          onInput={(event) => {
            alias.value = event.currentTarget.value;
            check(alias.value);
          }}
        />
        <span class={state.value.kind === "free" ? "create-state ok" : "create-state wrong"} role="status">
          {state.value.kind === "free" && `✓ ${text.create.free}`}
          {wrongAlias}
          {state.value.kind === "checking" && <span class="quiet">{text.create.checking}</span>}
        </span>
        <span class="spacer" />
        <LinkButton kind="quiet-button" href={href(["new"], { target: target.value, alias: alias.value })}>
          {text.create.more}
        </LinkButton>
        <Button kind="primary" type="submit" shortcut="↵" isBusy={isBusy.value}>
          {text.create.button}
        </Button>
      </div>
    </form>
  );
}
