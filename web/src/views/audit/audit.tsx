import "./audit.css";
import "../../ui/lists.css";
import { useEffect } from "preact/hooks";
import { api, call, type Schemas } from "../../api/client";
import type { ApiProblem } from "../../api/problem";
import { may } from "../../state/me";
import { usePages } from "../../state/pages";
import { lookUp } from "../../state/people";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { Event } from "./event";
import { type AuditFilter, filterOf, isReversed, NO_FILTER, queryOf } from "./filter";
import { Filters } from "./filters";
import { usersOf } from "./words";

const ROW_HEIGHT = 42;

/** Who changed what, newest first. */
export default function AuditView() {
  if (!may("audit:read")) {
    return (
      <>
        <h1>{text.audit.title}</h1>
        <Empty title={text.audit.refused}>
          <p>{text.audit.refusedHint}</p>
        </Empty>
      </>
    );
  }
  return <Audit />;
}

function Audit() {
  const filter = filterOf(route.value.query);
  const { pages, loadMore } = usePages<Schemas["AuditEvent"]>(
    { first: () => loadEvents(filter), idOf: ({ id }) => id },
    Object.values(filter),
  );
  const { items, isLoading, isComplete, problem } = pages.value;
  useEffect(() => {
    void lookUp([...items.flatMap(usersOf), ...(filter.principal.startsWith("usr_") ? [filter.principal] : [])]);
  }, [items]);
  const onChange = (change: Partial<AuditFilter>) => replaceAddress(href(["audit"], { ...filter, ...change }));
  const isFiltered = Object.values(filter).some((value) => value !== "");
  const wrong = wrongSubject(problem);
  const isEmpty = items.length === 0 && isComplete;
  return (
    <>
      <header class="view-head">
        <h1>{text.audit.title}</h1>
        <span class="quiet" role="status">
          {isLoading && items.length > 0
            ? text.audit.looking
            : items.length > 0 && text.audit.shown(items.length, isComplete)}
        </span>
      </header>
      <Filters filter={filter} wrongSubject={wrong} onChange={onChange} />
      <section class="card audit-list" aria-label={text.audit.title} aria-busy={isLoading}>
        <ul>
          {items.map((event) => (
            <Event key={event.id} event={event} />
          ))}
        </ul>
        {isLoading && <Skeleton height={ROW_HEIGHT} rows={items.length === 0 ? 8 : 1} />}
        {problem !== null && wrong === null && <Failure problem={problem} onRetry={() => void loadMore()} />}
        {wrong !== null && items.length === 0 && <Empty title={text.audit.nothingFound} />}
        {isEmpty && (
          <Empty title={isFiltered ? text.audit.nothingFound : text.audit.empty}>
            <p>{isFiltered ? text.audit.nothingFoundHint : text.audit.emptyHint}</p>
            {isFiltered && <Button onClick={() => onChange(NO_FILTER)}>{text.audit.clear}</Button>}
          </Empty>
        )}
        {!isComplete && !isLoading && problem === null && (
          <p class="list-end">
            <Button onClick={() => void loadMore()}>
              {items.length === 0 ? text.common.lookFurther : text.common.loadMore}
            </Button>
          </p>
        )}
      </section>
    </>
  );
}

function loadEvents(filter: AuditFilter) {
  // A range that ends before it begins has no events. The field says so.
  if (isReversed(filter)) return Promise.resolve({ items: [], next: null });
  return call(api.GET("/api/v1/audit", { params: { query: { ...queryOf(filter), limit: 50 } } }));
}

function wrongSubject(problem: ApiProblem | null): string | null {
  const error = problem?.at("/subject");
  return error ? text.sentence(error.detail) : null;
}
