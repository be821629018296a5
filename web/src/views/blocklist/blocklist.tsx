import "../../ui/lists.css";
import "./blocklist.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, call, nextPage, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { usePages } from "../../state/pages";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button, IconButton } from "../../ui/button";
import { ChipGroup } from "../../ui/choice";
import { SearchField } from "../../ui/search-field";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { AddHost } from "./add";
import { PasteHosts } from "./paste";

type BlockedHost = Schemas["BlockedHost"];

/** More rows are added to the page on request. */
const STEP = 100;

/** The hosts that no link may redirect to. */
export default function BlocklistView() {
  const q = (route.value.query.get("q") ?? "").toLowerCase();
  const matches = ({ host, reason }: BlockedHost) => host.includes(q) || (reason ?? "").toLowerCase().includes(q);
  const list = usePages<BlockedHost>(
    { first: () => nextPage("/api/v1/blocklist?limit=100"), idOf: ({ host }) => host, matches },
    [],
  );
  const { items, isLoading, isComplete, problem } = list.pages.value;
  const form = useSignal<"one" | "many">("one");
  const most = useSignal(STEP);
  useEffect(() => {
    most.value = STEP;
    if (q !== "" && !isComplete && !items.some(matches)) void list.loadMore();
  }, [q]);

  const remove = async (blocked: BlockedHost) => {
    try {
      await call(api.DELETE("/api/v1/blocklist/{host}", { params: { path: { host: blocked.host } } }));
      list.change((hosts) => hosts.filter((one) => one.host !== blocked.host));
      toast(text.blocklist.deleted(blocked.host), { label: text.common.undo, run: () => void restore(blocked) });
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
      if (asProblem(error).code === "not_found") void list.restart();
    }
  };
  const restore = async ({ host, subdomains, reason }: BlockedHost) => {
    try {
      put(await call(api.POST("/api/v1/blocklist", { body: { host, subdomains, reason } })));
      toast(text.blocklist.restored(host));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
      void list.restart();
    }
  };
  const put = (added: BlockedHost) => {
    list.change((hosts) => [added, ...hosts.filter((one) => one.host !== added.host)]);
  };

  const words = text.blocklist;
  const found = items.filter(matches);
  const shown = found.slice(0, most.value);
  return (
    <>
      <header class="view-head">
        <h1>{words.title}</h1>
      </header>
      <p class="soft">{words.about}</p>
      <section class="card stack" aria-label={words.addOne}>
        <ChipGroup
          label={words.add}
          value={form.value}
          options={[
            { value: "one", label: words.addOne },
            { value: "many", label: words.addMany },
          ]}
          onValue={(value) => {
            form.value = value;
          }}
        />
        {form.value === "one" ? <AddHost onAdded={put} /> : <PasteHosts onDone={() => void list.restart()} />}
      </section>
      <details class="card">
        <summary>{words.builtIn}</summary>
        <p class="soft">{words.builtInText}</p>
      </details>
      <div class="row-line">
        <SearchField
          label={words.search}
          value={route.value.query.get("q") ?? ""}
          onValue={(value) => replaceAddress(href(["blocklist"], { q: value }))}
        />
        <span class="quiet" role="status">
          {found.length > 0 && words.shown(found.length, isComplete)}
        </span>
      </div>
      <section class="card plain-list" aria-label={words.title} aria-busy={isLoading}>
        <ul>
          {shown.map((blocked) => (
            <HostRow key={blocked.host} blocked={blocked} onDelete={() => void remove(blocked)} />
          ))}
        </ul>
        {isLoading && <Skeleton height={62} rows={shown.length === 0 ? 5 : 1} />}
        {problem && <Failure problem={problem} onRetry={() => void list.loadMore()} />}
        {isComplete && found.length === 0 && (
          <Empty title={q === "" ? words.empty : words.nothingFound}>{q === "" && <p>{words.emptyHint}</p>}</Empty>
        )}
        {(found.length > shown.length || (!isComplete && !isLoading && !problem)) && (
          <div class="more">
            <Button
              onClick={() => {
                most.value += STEP;
                if (found.length < most.value) void list.loadMore();
              }}
            >
              {shown.length === 0 ? text.common.lookFurther : text.common.loadMore}
            </Button>
          </div>
        )}
      </section>
    </>
  );
}

function HostRow({ blocked, onDelete }: { blocked: BlockedHost; onDelete: () => void }) {
  const words = text.blocklist;
  return (
    <li class="host-row">
      <div>
        <b dir="auto">{blocked.host}</b>{" "}
        <span class="quiet">{blocked.subdomains ? words.withSubdomains : words.alone}</span>
        {blocked.reason !== null && (
          <p class="soft" dir="auto">
            {blocked.reason}
          </p>
        )}
      </div>
      <span class="quiet">
        <Time at={blocked.created_at} />
      </span>
      <IconButton icon="trash" label={words.deleteLabel(blocked.host)} onClick={onDelete} />
    </li>
  );
}
