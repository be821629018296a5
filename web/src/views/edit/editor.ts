import { type Signal, useSignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api, call, type Link } from "../../api/client";
import { now } from "../../api/clock";
import { ApiProblem, asProblem } from "../../api/problem";
import { dropDraft, saveDraft } from "../../state/draft";
import { navigate } from "../../state/router";
import { text } from "../../text";
import { copyText } from "../../ui/copy";
import { toast } from "../../ui/toast";
import { QUICK_DRAFT } from "../links/create";
import { linkAddress } from "../links/row";
import type { Attempt, EditDraft } from "./draft";
import { createBody, type FormField, formOf, isEmptyPatch, type LinkForm, patchOf } from "./form";
import { differences } from "./merge";

/** The form of one link, its problems, and how it is saved. */
export interface Editor {
  /** The version that the form began with. `null`: the link is new. */
  base: Signal<Link | null>;
  form: Signal<LinkForm>;
  set: (part: Partial<LinkForm>) => void;
  hasChanges: boolean;
  isBusy: Signal<boolean>;
  problem: Signal<ApiProblem | null>;
  /** What is wrong with the value of a field, unless it has changed since. */
  wrong: (pointer: string, field: FormField) => string | null;
  /** The same for a part of a rule. */
  wrongInRule: (index: number, pointer: string) => string | null;
  /** The version of somebody else that is in the way. */
  theirs: Signal<Link | null>;
  /** The draft had a password, which is not kept. */
  hasLostPassword: boolean;
  save: () => Promise<void>;
  /** Saves a merged form against their version. */
  saveMerged: (form: LinkForm) => Promise<void>;
  discard: () => void;
}

const EditorContext = createContext<Editor | null>(null);
export const EditorProvider = EditorContext.Provider;

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error("outside of an editor");
  return editor;
}

interface Start {
  base: Link | null;
  form: LinkForm;
  /** The form without any change. */
  unchanged: LinkForm;
  attempt: Attempt | null;
}

export const draftName = (link: Link | null): string => (link === null ? "new" : `edit.${link.id}`);

export function useNewEditor(start: Start): Editor {
  const base = useSignal(start.base);
  const form = useSignal(start.form);
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const theirs = useSignal<Link | null>(null);
  const sent = useRef<LinkForm>(start.form);
  const attempt = useRef(start.attempt);
  const isShown = useRef(true);
  const name = draftName(start.base);

  const hasChanges =
    base.value === null
      ? JSON.stringify(form.value) !== JSON.stringify(start.unchanged)
      : !isEmptyPatch(patchOf(base.value, form.value));

  const keep = () => {
    // A password is not written to the storage of the browser.
    const { password, ...rest } = form.peek();
    const kept = { at: now(), base: base.peek(), form: { ...rest, password: "" } };
    saveDraft(name, { ...kept, attempt: password === "" ? attempt.current : null } satisfies EditDraft);
  };
  // At once: a view that is left or reloaded runs no later effect.
  useLayoutEffect(() => {
    if (hasChanges) keep();
    else dropDraft(name);
  }, [form.value, base.value, hasChanges]);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );

  const finish = (link: Pick<Link, "alias" | "domain">, message: string, copied: string | null) => {
    dropDraft(name);
    toast(message, copied === null ? null : { label: text.create.copyKey, run: () => void copyText(copied) });
    if (isShown.current) navigate(linkAddress(link));
  };

  const create = async () => {
    const body = createBody(form.peek());
    // The same input has the same key, so that a link whose answer was lost is not created twice.
    const json = JSON.stringify(body);
    if (attempt.current?.body !== json) attempt.current = { key: crypto.randomUUID(), body: json };
    keep();
    const headers = { "Idempotency-Key": attempt.current.key };
    const link = await call(api.POST("/api/v1/links", { body, headers }));
    dropDraft(QUICK_DRAFT);
    if ("short_url" in link) finish(link, text.edit.created(link.short_url), link.short_url);
    else finish(link, text.edit.saved(link.alias), null);
  };

  const change = async (before: Link) => {
    const body = patchOf(before, form.peek());
    const params = {
      path: { alias: before.alias },
      query: { domain: before.domain },
      header: { "If-Match": `"${before.version}"` },
    };
    const link = await call(api.PATCH("/api/v1/links/{alias}", { params, body }));
    finish(link, text.edit.saved(link.alias), null);
  };

  /** Continues after somebody else has saved a version. */
  const meet = async (before: Link) => {
    const params = { path: { alias: before.alias }, query: { domain: before.domain } };
    const latest = (await call(api.GET("/api/v1/links/{alias}", { params }))) as Link;
    const mine = form.peek();
    if (isEmptyPatch(patchOf(latest, mine))) {
      // The change was saved, and its answer was lost.
      finish(latest, text.edit.saved(latest.alias), null);
      return;
    }
    const isTheirs = differences(formOf(before), mine, formOf(latest)).some(({ changedBy }) => changedBy !== "mine");
    if (isTheirs || mine.passwordAction !== "keep") {
      theirs.value = latest;
    } else {
      base.value = latest;
      await change(latest);
    }
  };

  const save = async () => {
    if (isBusy.peek()) return;
    const before = base.peek();
    sent.current = form.peek();
    isBusy.value = true;
    problem.value = null;
    try {
      if (before === null) await create();
      else if (isEmptyPatch(patchOf(before, form.peek()))) toast(text.edit.nothingChanged);
      else {
        try {
          await change(before);
        } catch (error) {
          if (asProblem(error).code !== "version_mismatch") throw error;
          await meet(before);
        }
      }
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };

  const saveMerged = async (chosen: LinkForm) => {
    const latest = theirs.peek();
    if (latest === null) return;
    base.value = latest;
    form.value = chosen;
    theirs.value = null;
    if (isEmptyPatch(patchOf(latest, chosen))) finish(latest, text.edit.saved(latest.alias), null);
    else await save();
  };

  const errorAt = (pointer: string) => {
    const error = problem.value?.errors.find(({ field }) => field === pointer);
    return error === undefined ? null : text.edit.problems.detail(error.detail);
  };
  return {
    base,
    form,
    set: (part) => {
      form.value = { ...form.peek(), ...part };
    },
    hasChanges,
    isBusy,
    problem,
    wrong: (pointer, field) => (form.value[field] === sent.current[field] ? errorAt(pointer) : null),
    wrongInRule: (index, pointer) => {
      const isSame = form.value.rules[index] === sent.current.rules[index];
      return isSame ? errorAt(`/rules/${index}${pointer}`) : null;
    },
    theirs,
    hasLostPassword: start.form.passwordAction === "set" && start.form.password === "",
    save,
    saveMerged,
    discard: () => {
      const before = base.peek();
      problem.value = null;
      form.value = before === null ? start.unchanged : formOf(before);
      dropDraft(name);
    },
  };
}

/** The problem in words, if this view has better ones than the API. */
export function problemWords(problem: ApiProblem): ApiProblem {
  const { code, status, requestId, errors, retryAfter } = problem;
  const words = code === "forbidden" ? text.edit.problems.forbidden : null;
  return words === null ? problem : new ApiProblem(code, status, words, requestId, errors, retryAfter);
}
