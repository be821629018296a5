import "../../ui/lists.css";
import "./reports.css";
import { useSignal } from "@preact/signals";
import { nextPage, type Schemas } from "../../api/client";
import { usePages } from "../../state/pages";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { ChipGroup, ChoiceChip } from "../../ui/choice";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { ReportCard } from "./card";

export type Report = Schemas["Report"];

const STATES = ["open", "resolved", "all"] as const;
type StateFilter = (typeof STATES)[number];
const REASONS = ["phishing", "malware", "fraud", "spam", "illegal", "other"] as const;

/** What visitors have reported, newest first. */
export default function ReportsView() {
  const { query } = route.value;
  const state = STATES.find((one) => one === query.get("state")) ?? "open";
  const reason = REASONS.find((one) => one === query.get("reason")) ?? "";
  const parameters = new URLSearchParams({ limit: "50", ...(state === "all" ? {} : { state }) });
  const matches = (report: Report) => reason === "" || report.reason === reason;
  const first = () => nextPage<Report>(`/api/v1/reports?${parameters}`);
  // Another reason starts again, so that enough of its reports are loaded.
  const list = usePages<Report>({ first, idOf: ({ id }) => id, matches }, [state, reason]);
  const { items, isLoading, isComplete, problem } = list.pages.value;
  /** Reports that were resolved on this page stay where they are. */
  const resolved = useSignal<ReadonlyMap<string, Report>>(new Map());
  const change = (part: { state?: StateFilter; reason?: string }) =>
    replaceAddress(href(["reports"], { state, reason, ...part }));

  const shown = items.filter(matches).map((report) => resolved.value.get(report.id) ?? report);
  const isEmpty = isComplete && shown.length === 0;
  return (
    <>
      <header class="view-head">
        <h1>{text.reports.title}</h1>
      </header>
      <div class="row-line">
        <ChipGroup
          label={text.reports.state}
          value={state}
          options={STATES.map((value) => ({ value, label: text.reports.states[value] }))}
          onValue={(value) => change({ state: value })}
        />
        <ChoiceChip
          label={text.reports.reason}
          any={text.reports.reason}
          value={reason}
          options={REASONS.map((value) => ({ value, label: text.reports.reasons[value] }))}
          onValue={(value) => change({ reason: value })}
        />
        <span class="spacer" />
        <span class="quiet" role="status">
          {shown.length > 0 && text.reports.shown(shown.length, isComplete)}
        </span>
      </div>
      {shown.length > 0 && <p class="quiet">{text.reports.about}</p>}
      <div class="stack" aria-busy={isLoading}>
        {shown.map((report) => (
          <ReportCard
            key={report.id}
            report={report}
            onChange={(after) => {
              resolved.value = new Map(resolved.value).set(report.id, after);
            }}
          />
        ))}
        {isLoading && <Skeleton height={190} rows={shown.length === 0 ? 3 : 1} />}
        {problem && (
          <section class="card">
            <Failure problem={problem} onRetry={() => void list.loadMore()} />
          </section>
        )}
        {isEmpty && (
          <section class="card">
            <EmptyReports state={state} hasReason={reason !== ""} />
          </section>
        )}
        {!isComplete && !isLoading && !problem && (
          <Button onClick={() => void list.loadMore()}>
            {shown.length === 0 ? text.common.lookFurther : text.common.loadMore}
          </Button>
        )}
      </div>
    </>
  );
}

function EmptyReports({ state, hasReason }: { state: StateFilter; hasReason: boolean }) {
  const words = text.reports;
  if (hasReason) return <Empty title={words.nothingFound} />;
  const isResolved = state === "resolved";
  return (
    <Empty title={isResolved ? words.emptyResolved : words.empty}>
      <p>{isResolved ? words.emptyResolvedHint : words.emptyHint}</p>
    </Empty>
  );
}
