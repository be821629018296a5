import "./history.css";
import { useSignal } from "@preact/signals";
import { api, call, type LinkPatch } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure, ProblemNotice, Skeleton } from "../../ui/states";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { fieldWords, LABELS } from "../edit/field-words";
import type { LinkForm } from "../edit/form";
import type { MergedField } from "../edit/merge";
import { RuleSentence } from "../rules/words";
import { useForm } from "../start/form";
import { changeLink } from "./actions";
import { type Authors, authorsOf } from "./authors";
import {
  type Change,
  COMPARISON_ZONE,
  changedRules,
  changesBack,
  type Entry,
  entriesOf,
  patchTo,
  type Version,
  without,
} from "./changes";
import type { HistoryProps } from "./history-card";
import { mayChange } from "./rights";

/** The versions of a link, newest first: who changed what, and the way back. */
export function Versions({ link, onChange, onReload }: HistoryProps) {
  const { alias, domain, id, version } = link;
  const chosen = useSignal<Version | null>(null);
  const { resource, reload } = useResource(
    async (signal) => {
      const params = { path: { alias }, query: { domain } };
      const { items } = await call(api.GET("/api/v1/links/{alias}/history", { params, signal }));
      return { entries: entriesOf(items), authors: await authorsOf(link, items) };
    },
    [id, version],
  );
  const { value, problem } = resource.value;
  if (problem !== null) return <Failure problem={problem} onRetry={() => void reload()} />;
  if (value === null) return <Skeleton height={52} rows={3} />;
  const canGoBack = link.state !== "deleted" && mayChange(link);
  return (
    <>
      <ol class="versions">
        {value.entries.map((entry) => (
          <VersionRow
            key={entry.version.version}
            entry={entry}
            authors={value.authors}
            isNow={entry.version.version === version}
            onBack={canGoBack && patchTo(entry.version, link) !== null ? () => choose(entry.version) : null}
          />
        ))}
      </ol>
      {value.entries.some((entry) => entry.version.has_password) && <p class="quiet">{text.link.history.passwords}</p>}
      {value.entries.at(-1)?.version.version !== 1 && <p class="quiet">{text.link.history.truncated}</p>}
      {chosen.value !== null && (
        <GoBackDialog
          link={link}
          version={chosen.value}
          onChange={onChange}
          onReload={onReload}
          onClose={() => choose(null)}
        />
      )}
    </>
  );
  function choose(one: Version | null) {
    chosen.value = one;
  }
}

interface RowProps {
  entry: Entry;
  authors: Authors;
  isNow: boolean;
  onBack: (() => void) | null;
}

function VersionRow({ entry: { version, changes }, authors, isNow, onBack }: RowProps) {
  const words = text.link.history;
  return (
    <li class="version">
      <div class="version-what">
        <Changes changes={changes} />
        <p class="quiet">
          {words.version(version.version)}
          {isNow && ` (${words.now})`} · <Time at={version.at} /> ·{" "}
          <span dir="auto">{authors.get(version.version)}</span>
        </p>
      </div>
      {onBack !== null && (
        <Button kind="quiet-button" icon="restore" onClick={onBack}>
          {words.backTo}
        </Button>
      )}
    </li>
  );
}

/** Changes in words, with what was there before. */
function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <ul class="changes">
      {changes.map((change) => (
        <li key={change.kind === "field" ? change.field : change.kind}>
          <ChangeWords change={change} />
        </li>
      ))}
    </ul>
  );
}

function ChangeWords({ change }: { change: Change }) {
  const { changes, from, to } = text.link.history;
  switch (change.kind) {
    case "created":
    case "oldest":
      return (
        <>
          {changes[change.kind]} <bdi class="value">{change.target}</bdi>
        </>
      );
    case "field":
      return <FieldChange {...change} />;
    case "moved":
      return (
        <>
          {changes[change.kind]} {from} <del class="value">{change.from}</del> {to} <ins class="value">{change.to}</ins>
        </>
      );
    case "blocked":
    case "reason":
      return <bdi>{changes[change.kind](change.reason)}</bdi>;
    default:
      return <>{changes[change.kind]}</>;
  }
}

interface FieldChangeProps {
  field: MergedField;
  before: LinkForm;
  after: LinkForm;
}

/** A field with its new value, and the one before unless that was empty. */
function FieldChange({ field, before, after }: FieldChangeProps) {
  const { from, to, added, removed } = text.link.history;
  if (field === "rules") return <RulesChange before={before} after={after} />;
  if (field === "tags") {
    const [more, fewer] = [without(after.tags, before.tags), without(before.tags, after.tags)];
    return (
      <>
        {LABELS.tags}: {more.length > 0 && `${added} `}
        {more.length > 0 && <ins class="value">{more.join(", ")}</ins>}
        {more.length > 0 && fewer.length > 0 && "; "}
        {fewer.length > 0 && `${removed} `}
        {fewer.length > 0 && <del class="value">{fewer.join(", ")}</del>}
      </>
    );
  }
  const [old, now] = [fieldWords(before, field, COMPARISON_ZONE), fieldWords(after, field, COMPARISON_ZONE)];
  if (old === "" || typeof before[field] === "boolean") {
    return (
      <>
        {LABELS[field]}: <ins class="value">{now}</ins>
      </>
    );
  }
  if (now === "") {
    return (
      <>
        {LABELS[field]} {removed}: <del class="value">{old}</del>
      </>
    );
  }
  return (
    <>
      {LABELS[field]} {from} <del class="value">{old}</del> {to} <ins class="value">{now}</ins>
    </>
  );
}

/** The rules that were added and removed, as sentences. */
function RulesChange({ before, after }: Omit<FieldChangeProps, "field">) {
  const words = text.link.history;
  const { added, removed } = changedRules(before, after);
  const isReordered = added.length === 0 && removed.length === 0;
  return (
    <>
      {LABELS.rules}: {isReordered ? words.reordered : words.rules(before.rules.length, after.rules.length)}
      <ul class="changed-rules">
        {added.map((rule) => (
          <li key={JSON.stringify(rule)}>
            {words.added}: <RuleSentence rule={rule} />
          </li>
        ))}
        {removed.map((rule) => (
          <li key={JSON.stringify(rule)} class="removed">
            {words.removed}: <RuleSentence rule={rule} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface GoBackProps extends HistoryProps {
  version: Version;
  onClose: () => void;
}

/** Asks whether to go back, and shows what that changes. */
function GoBackDialog({ link, version, onChange, onReload, onClose }: GoBackProps) {
  const words = text.link.history;
  const patch: LinkPatch = patchTo(version, link) ?? {};
  const { isBusy, problem, onSubmit } = useForm(async () => {
    try {
      onChange(await changeLink(link, patch, link.version));
      toast(words.done(version.version));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== "version_mismatch") throw error;
      await onReload();
      toast(words.conflict);
    }
    onClose();
  });
  const wrong = problem.value?.errors[0]?.detail;
  return (
    <Dialog title={words.backTitle(version.version)} onClose={onClose} canClose={!isBusy.value}>
      <form class="stack" onSubmit={onSubmit}>
        {wrong === undefined ? (
          <ProblemNotice problem={problem.value} />
        ) : (
          <p class="notice bad" role="alert">
            {text.edit.problems.detail(wrong)}
          </p>
        )}
        <Changes changes={changesBack(version, link)} />
        {version.has_password !== link.has_password && (
          <p class="notice warn">{version.has_password ? words.passwordThen : words.passwordNow}</p>
        )}
        <p class="quiet">{words.backHint}</p>
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy.value}>
            {words.backButton}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
