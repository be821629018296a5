import "./keys.css";
import "../../ui/lists.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { now } from "../../api/clock";
import { may } from "../../state/me";
import { usePages } from "../../state/pages";
import { lookUp, personName } from "../../state/people";
import { href, navigate, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import type { MenuItem } from "../../ui/menu";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { CreateDialog } from "./create";
import { RevokeDialog, SecretDialog } from "./dialogs";
import { isOver, Row } from "./row";
import { byUse, type Key, loadKeys, type MadeKey } from "./source";

type Open = { kind: "create" } | { kind: "secret"; made: MadeKey } | { kind: "revoke"; key: Key };

const ROW_HEIGHT = 86;

/** The credentials of programs. */
export default function KeysView() {
  if (!may("keys:admin")) {
    return (
      <>
        <h1>{text.keys.title}</h1>
        <Empty title={text.keys.refused}>
          <p>{text.keys.refusedHint}</p>
        </Empty>
      </>
    );
  }
  return <Keys />;
}

function Keys() {
  const { query } = route.value;
  const owner = query.get("owner") ?? "";
  const marked = query.get("key");
  const hasOld = query.get("old") === "1";
  const open = useSignal<Open | null>(null);
  const { pages, loadMore, change } = usePages<Key>({ first: () => loadKeys(owner), idOf: ({ id }) => id }, [owner]);
  const { items, isLoading, isComplete, problem } = pages.value;
  useEffect(() => {
    void lookUp(items.flatMap((key) => [key.owner, ...key.issuers]));
  }, [items]);

  const shown = items.filter((key) => hasOld || !isOver(key) || key.id === marked).sort(byUse(isOver));
  const hidden = items.length - shown.length;
  const close = () => {
    open.value = null;
  };
  const onCreated = (made: MadeKey) => {
    const { secret: _, ...key } = made;
    change((keys) => [key, ...keys]);
    open.value = { kind: "secret", made };
  };
  const onRevoked = (key: Key) => {
    const revoked = { ...key, revoked_at: new Date(now()).toISOString() };
    change((keys) => keys.map((one) => (one.id === key.id ? revoked : one)));
    close();
    toast(text.keys.done(key.name));
  };
  const itemsFor = (key: Key): MenuItem[] => {
    const events: MenuItem = {
      label: text.keys.events,
      icon: "audit",
      onSelect: () => navigate(href(["audit"], { principal: `key_${key.id}` })),
    };
    const revoke = () => {
      open.value = { kind: "revoke", key };
    };
    return key.revoked_at === null
      ? [events, { label: text.keys.revoke, icon: "blocklist", onSelect: revoke }]
      : [events];
  };
  const setFilter = (part: Record<string, string>) =>
    replaceAddress(href(["keys"], { owner, old: hasOld ? "1" : "", ...part }));
  return (
    <>
      <header class="view-head">
        <h1>{text.keys.title}</h1>
        <span class="quiet" role="status">
          {items.length > 0 && text.keys.shown(shown.length, isComplete)}
        </span>
        <span class="spacer" />
        <Button
          kind="primary"
          icon="plus"
          onClick={() => {
            open.value = { kind: "create" };
          }}
        >
          {text.keys.new}
        </Button>
      </header>
      <p class="soft">{text.keys.intro}</p>
      <div class="row-line">
        {owner !== "" && (
          <button type="button" class="chip on" onClick={() => setFilter({ owner: "" })}>
            {text.keys.owner}: <bdi class="clip">{personName(owner)}</bdi> ×
          </button>
        )}
        <button type="button" class="chip" aria-pressed={hasOld} onClick={() => setFilter({ old: hasOld ? "" : "1" })}>
          {text.keys.showRevoked}
        </button>
        <span class="quiet">{hidden > 0 && text.keys.hidden(hidden)}</span>
      </div>
      <section class="card key-list" aria-label={text.keys.title} aria-busy={isLoading}>
        <ul>
          {shown.map((key) => (
            <Row key={key.id} apiKey={key} isMarked={key.id === marked} items={itemsFor(key)} />
          ))}
        </ul>
        {isLoading && <Skeleton height={ROW_HEIGHT} rows={items.length === 0 ? 4 : 1} />}
        {problem !== null && <Failure problem={problem} onRetry={() => void loadMore()} />}
        {!isComplete && !isLoading && problem === null && (
          <p class="list-end">
            <Button onClick={() => void loadMore()}>{text.common.loadMore}</Button>
          </p>
        )}
        {shown.length === 0 && isComplete && (
          <Empty title={text.keys.empty}>
            <p>{text.keys.emptyHint}</p>
          </Empty>
        )}
      </section>
      {open.value?.kind === "create" && <CreateDialog onClose={close} onCreated={onCreated} />}
      {open.value?.kind === "secret" && <SecretDialog made={open.value.made} onClose={close} />}
      {open.value?.kind === "revoke" && (
        <RevokeDialog apiKey={open.value.key} onClose={close} onRevoked={onRevoked.bind(null, open.value.key)} />
      )}
    </>
  );
}
