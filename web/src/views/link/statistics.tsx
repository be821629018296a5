import type { ComponentChildren } from "preact";
import type { Link } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { may } from "../../state/me";
import { asPeriod, asUnit } from "../../state/period";
import { useRefresh, useResource } from "../../state/resource";
import { route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Chart } from "../../ui/chart";
import { CopyButton } from "../../ui/copy";
import { date } from "../../ui/format";
import { saveFile } from "../../ui/save-file";
import { Empty, ProblemNotice, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { peopleByRule } from "./breakdown";
import { Clicks } from "./clicks";
import { ListCard, ListSkeleton } from "./list-card";
import { loadCsv, loadStatistics, type Question, type Stats } from "./load-statistics";
import { Numbers } from "./numbers";
import { PeriodBar, UnitChoice } from "./period-bar";
import { RulesCard } from "./rules-card";
import { barsOf, csvName, isEmpty, otherDays } from "./series";

interface StatisticsProps {
  link: Link;
  onTry: () => void;
  onQr: () => void;
}

/** What happened on a link, and its rules with the numbers of each. */
export function Statistics({ link, onTry, onQr }: StatisticsProps) {
  const question = questionOf(route.value.query);
  const isAllowed = may("stats:read");
  const loaded = useResource<Stats | null>(
    (abort) => (isAllowed ? loadStatistics(link, question, abort) : Promise.resolve(null)),
    [link.id, question.period, question.unit, question.isCompared],
  );
  const { reload } = loaded;
  const { value, problem, isLoading } = loaded.resource.value;
  const isWaiting = value !== null && isEmpty(value.totals) && isNew(link);
  // Without a count of clicks nothing says that the first is still to come.
  useRefresh(loaded, isWaiting && link.clicks !== null);
  const people = value === null ? null : peopleByRule(value.by.rule);
  const rules = <RulesCard link={link} people={people} onTry={onTry} />;
  if (!isAllowed) {
    return (
      <>
        <p class="notice">{text.link.mayNotSee}</p>
        {rules}
      </>
    );
  }
  if (isWaiting) {
    return (
      <>
        <NoClicks link={link} onQr={onQr} />
        {rules}
      </>
    );
  }
  return (
    <section class="stack" aria-label={text.link.statistics} aria-busy={isLoading}>
      <PeriodBar question={question} />
      {problem !== null && value !== null && <ProblemNotice problem={problem} onRetry={() => void reload()} />}
      {value === null ? (
        problem === null ? (
          <StatisticsSkeleton />
        ) : (
          <NoAnswer problem={problem} onRetry={() => void reload()} />
        )
      ) : (
        <div class={isLoading ? "stack stale" : "stack"}>
          <Numbers stats={value} />
          <ClicksByTime link={link} stats={value} question={question} />
          <Lists stats={value} link={link} rules={rules} />
        </div>
      )}
      {problem !== null && value === null && rules}
      {(problem === null || value !== null) && <Clicks link={link} />}
    </section>
  );
}

function ClicksByTime({ link, stats, question }: { link: Link; stats: Stats; question: Question }) {
  const days = otherDays(stats);
  const download = async () => {
    try {
      saveFile(await loadCsv(link, question), csvName(link.alias, stats, question.unit));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
  };
  return (
    <div class="card">
      <Chart
        title={text.link.clicksByTime}
        bars={barsOf(stats)}
        actions={
          <>
            <UnitChoice question={question} />
            <button type="button" class="chip" aria-label={text.link.downloadLabel} onClick={() => void download()}>
              {text.link.download}
            </button>
          </>
        }
      />
      <p class="quiet chart-note">
        {text.link.zone(stats.tz)}{" "}
        {days !== null && (days.isNone ? text.link.noDays : text.link.days(date(days.first), date(days.last)))}
      </p>
    </div>
  );
}

const LISTS = ["country", "referrer", "device", "browser", "language", "os"] as const;

function Lists({ stats, link, rules }: { stats: Stats; link: Link; rules: ComponentChildren }) {
  // The rules that the link has show their numbers themselves.
  const hasOthers = stats.by.rule?.items.some(({ value }) => !link.rules.some(({ id }) => id === value)) ?? false;
  return (
    <div class="lists">
      {LISTS.map((dimension) => (
        <ListCard key={dimension} dimension={dimension} breakdown={stats.by[dimension]} rules={link.rules} />
      ))}
      {rules}
      {hasOthers && <ListCard dimension="rule" breakdown={stats.by.rule} rules={link.rules} />}
      <ListCard dimension="reason" breakdown={stats.by.reason} rules={link.rules} />
    </div>
  );
}

function StatisticsSkeleton() {
  return (
    <div class="stack" aria-hidden="true">
      <div class="numbers">
        {LISTS.slice(0, 4).map((name) => (
          <div key={name} class="skeleton number-place" />
        ))}
      </div>
      <Skeleton height={352} />
      <div class="lists">
        {LISTS.map((name) => (
          <ListSkeleton key={name} />
        ))}
      </div>
    </div>
  );
}

function NoAnswer({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  const isDown = problem.code === "store_unavailable";
  return (
    <div class="card">
      <div class="state" role="alert">
        <h2>{isDown ? text.link.noStatistics : text.problems.title(problem)}</h2>
        <p>{isDown ? text.link.noStatisticsHint : text.problems.advice(problem)}</p>
        <Button icon="restore" onClick={onRetry}>
          {text.common.tryAgain}
        </Button>
      </div>
    </div>
  );
}

/** A link that nobody has followed yet. */
function NoClicks({ link, onQr }: { link: Link; onQr: () => void }) {
  return (
    <div class="card">
      <Empty title={text.link.noClicks}>
        <p>{text.link.noClicksHint}</p>
        <p class="row-line">
          <code dir="auto">{link.short_url}</code>
          <CopyButton value={link.short_url} label={text.link.copy(link.short_url)} />
        </p>
        {link.state !== "deleted" && (
          <Button icon="qr" onClick={onQr}>
            {text.link.qr}
          </Button>
        )}
      </Empty>
    </div>
  );
}

const isNew = ({ clicks }: Link): boolean => clicks === null || clicks.humans + clicks.bots + clicks.previews === 0;

function questionOf(query: URLSearchParams): Question {
  const period = asPeriod(query.get("period"));
  return { period, unit: asUnit(query.get("unit"), period), isCompared: query.get("compare") !== "no" };
}
