import "../../ui/lists.css";
import "./overview.css";
import { now } from "../../api/clock";
import { domains } from "../../state/me";
import { useResource } from "../../state/resource";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Chart } from "../../ui/chart";
import { ChipGroup } from "../../ui/choice";
import { fullTime } from "../../ui/format";
import { ProblemNotice, Skeleton } from "../../ui/states";
import { barsOf } from "../link/series";
import { Breakdowns } from "./breakdowns";
import { StatsFailure } from "./failure";
import { Filters } from "./filters";
import { loadOverview, type OverviewFilter, type Shown } from "./load";
import { Numbers } from "./numbers";
import { PERIODS } from "./period";

/** What happened on all links, on a domain or on the links with a tag. */
export default function OverviewView() {
  const filter = filterOf(route.value.query);
  const { resource, reload } = useResource((abort) => loadOverview(filter, now(), abort), Object.values(filter));
  const { value, problem, isLoading } = resource.value;
  const change = (part: Partial<OverviewFilter>) => {
    const { period, compare, domain, tag } = { ...filterOf(route.peek().query), ...part };
    replaceAddress(href(["overview"], { period, compare: compare ? null : "off", domain, tag }));
  };
  return (
    <>
      <header class="view-head">
        <h1>{text.overview.title}</h1>
      </header>
      <div class="row-line">
        <ChipGroup
          label={text.overview.period}
          value={filter.period}
          options={PERIODS.map((period) => ({ value: period, label: text.overview.periods[period] }))}
          onValue={(period) => change({ period })}
        />
        <Filters filter={filter} onChange={change} />
        <span class="spacer" />
        <label class="check soft">
          <input
            type="checkbox"
            checked={filter.compare}
            onChange={(event) => change({ compare: event.currentTarget.checked })}
          />
          {text.overview.compare[filter.period]}
        </label>
      </div>
      {problem !== null && value !== null && <ProblemNotice problem={problem} onRetry={() => void reload()} />}
      {problem !== null && value === null && <StatsFailure problem={problem} onRetry={() => void reload()} />}
      {problem === null && value === null && <OverviewSkeleton />}
      {value !== null && (
        <div class={isLoading ? "stack is-old" : "stack"} aria-busy={isLoading}>
          <Content shown={value} />
        </div>
      )}
    </>
  );
}

function Content({ shown }: { shown: Shown }) {
  const { stats, filter } = shown;
  const words = text.overview;
  const until = stats.precision.complete_until;
  return (
    <>
      <Numbers stats={stats} />
      <section class="card">
        <Chart bars={barsOf(stats)} title={words.chart[stats.granularity]} />
        <p class="quiet">
          {shown.refusedZone === null ? words.zone(stats.tz) : words.zoneRefused(shown.refusedZone)}
          {until !== null && ` ${words.countedUntil(fullTime(until))}`}
        </p>
      </section>
      <Breakdowns stats={stats} hasTag={filter.tag !== ""} hasDomains={domains.value.length > 1} />
    </>
  );
}

function OverviewSkeleton() {
  return (
    <div class="stack">
      <div class="numbers">
        <Skeleton height={94} />
        <Skeleton height={94} />
        <Skeleton height={94} />
        <Skeleton height={94} />
      </div>
      <Skeleton height={346} />
      <div class="breakdowns">
        <Skeleton height={250} />
        <Skeleton height={250} />
      </div>
    </div>
  );
}

function filterOf(query: URLSearchParams): OverviewFilter {
  return {
    period: PERIODS.find((period) => period === query.get("period")) ?? "28d",
    compare: query.get("compare") !== "off",
    domain: query.get("domain") ?? "",
    tag: query.get("tag") ?? "",
  };
}
