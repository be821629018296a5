import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
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
import { aliasError, isShownAtFields, leftAfter, type QuickDraft } from "./draft";
import { pastedAddress } from "./paste";
import { hostOf } from "./row";
import { withScheme } from "./target";

/** The name of the draft of this card. */
export const QUICK_DRAFT = "create";

/** Creates a link: paste, see the alias, press Enter. */
export function CreateCard({
  input,
  onCreated,
}: {
  input: RefObject<HTMLInputElement | null>;
  onCreated: (link: Link) => void;
}) {
  const kept = loadDraft<QuickDraft>(QUICK_DRAFT);
  const target = useSignal(kept?.target ?? "");
  const alias = useSignal(kept?.alias ?? "");
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const attempt = useRef(new Attempt()).current;
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const domain = defaultDomain.value;
  const { state, check } = useAvailability(domain);
  const origin = domains.value.find((one) => one.default)?.origin ?? location.origin;

  // At once: a view that is left or reloaded runs no later effect.
  useLayoutEffect(() => {
    if (target.value || alias.value) saveDraft(QUICK_DRAFT, { target: target.value, alias: alias.value });
    else dropDraft(QUICK_DRAFT);
  }, [target.value, alias.value]);
  // An address that is pasted beside all fields is meant for this one.
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const address = pastedAddress(event, document);
      if (address === null || target.peek() !== "") return;
      event.preventDefault();
      target.value = address;
      input.current?.focus();
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
  // The alias of a draft is checked too.
  useEffect(() => check(alias.peek()), [domain]);

  const clear = (sent: QuickDraft) => {
    const left = leftAfter({ target: target.peek(), alias: alias.peek() }, sent);
    target.value = left.target;
    alias.value = left.alias;
    check(left.alias);
    // The card may be gone by now.
    const draft = loadDraft<QuickDraft>(QUICK_DRAFT);
    if (draft?.target === sent.target && draft.alias === sent.alias) dropDraft(QUICK_DRAFT);
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value || target.value.trim() === "") return;
    const isHere = form.current?.contains(document.activeElement) ?? false;
    isBusy.value = true;
    problem.value = null;
    const sent = { target: target.value, alias: alias.value };
    try {
      const body = { target: withScheme(target.value), alias: alias.value.trim() || null, domain };
      const headers = { "Idempotency-Key": attempt.keyOf(JSON.stringify(body)) };
      const link = (await call(api.POST("/api/v1/links", { body, headers }))) as Link;
      attempt.finish();
      clear(sent);
      onCreated(link);
      // The button loses the focus when it is disabled.
      const isStillHere = form.current?.contains(document.activeElement) || document.activeElement === document.body;
      // Somebody may type the next link already.
      const isEmpty = target.peek() === "" && alias.peek() === "";
      if (isHere && isStillHere && isEmpty) input.current?.focus();
      toast(text.create.done(link.short_url), { label: text.create.copyKey, run: () => void copyText(link.short_url) });
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };

  const wrongAlias = aliasError(problem.value) ?? (state.value.kind === "taken" ? state.value.why : null);
  const wrongTarget = problem.value?.at("/target")?.detail;
  return (
    <form ref={form} class="card create-card" onSubmit={onSubmit}>
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
        aria-describedby={wrongTarget ? `${id}-target` : undefined}
        onInput={(event) => {
          target.value = event.currentTarget.value;
        }}
      />
      {wrongTarget && (
        <p class="wrong" role="alert" id={`${id}-target`}>
          {text.sentence(wrongTarget)}
        </p>
      )}
      {problem.value && !isShownAtFields(problem.value) && <ProblemNotice problem={problem.value} />}
      <div class="create-line">
        <span class="soft">{hostOf(origin)}/</span>
        <input
          class="create-alias"
          aria-label={text.create.alias}
          placeholder={text.create.aliasPlaceholder}
          autocomplete="off"
          spellcheck={false}
          value={alias.value}
          aria-invalid={wrongAlias ? "true" : undefined}
          aria-describedby={`${id}-alias`}
          onInput={(event) => {
            alias.value = event.currentTarget.value;
            if (aliasError(problem.value)) problem.value = null;
            check(alias.value);
          }}
        />
        <span class={wrongAlias ? "create-state wrong" : "create-state ok"} role="status" id={`${id}-alias`}>
          {wrongAlias ?? (state.value.kind === "free" && `✓ ${text.create.free}`)}
          {!wrongAlias && state.value.kind === "checking" && <span class="quiet">{text.create.checking}</span>}
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
