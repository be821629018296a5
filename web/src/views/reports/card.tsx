import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, call, type Link } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { domains, may } from "../../state/me";
import { lookUp, personName } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Scroll } from "../../ui/scroll";
import { Time } from "../../ui/time";
import { toast } from "../../ui/toast";
import { hostOf, linkAddress } from "../links/row";
import type { Report } from "./reports";

/** `undefined`: not known yet. `null`: there is no such link. */
type Target = Link | null | undefined | ApiProblem;

/** One report, with the link as it is now. */
export function ReportCard({ report, onChange }: { report: Report; onChange: (report: Report) => void }) {
  const card = useRef<HTMLElement>(null);
  const target = useSignal<Target>(undefined);
  const problem = useSignal<ApiProblem | null>(null);
  const isBusy = useSignal(false);
  const words = text.reports;
  const { alias, domain } = report.link;
  const params = { path: { alias }, query: { domain } };

  const loadTarget = async () => {
    try {
      target.value = await call(api.GET("/api/v1/links/{alias}", { params }));
    } catch (error) {
      const failed = asProblem(error);
      target.value = failed.code === "not_found" ? null : failed;
    }
  };
  // The links of a long list are loaded when they come into view.
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      void loadTarget();
    });
    if (card.current) observer.observe(card.current);
    return () => observer.disconnect();
  }, []);

  const resolve = async (action: "blocked" | "dismissed") => {
    isBusy.value = true;
    problem.value = null;
    const before = target.value;
    try {
      const body = { state: "resolved", action } as const;
      const path = { report: report.id };
      onChange(await call(api.PATCH("/api/v1/reports/{report}", { params: { path }, body })));
      // A block that was there before is not lifted.
      const canLift = action === "blocked" && isLink(before) && before.blocked === null;
      const undo = canLift ? { label: words.lift, run: () => void lift() } : null;
      toast(action === "blocked" ? words.blocked(alias) : words.dismissed(alias), undo);
      if (action === "blocked") void loadTarget();
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };
  const lift = async () => {
    try {
      await call(api.PATCH("/api/v1/links/{alias}", { params, body: { blocked: null } }));
      toast(words.lifted(alias));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
    void loadTarget();
  };

  const origin = domains.value.find((one) => one.domain === domain)?.origin ?? domain;
  return (
    <article class="card report" ref={card} aria-label={`${words.reasons[report.reason]}: ${alias}`}>
      <header class="row-line">
        <span class="badge bad">{words.reasons[report.reason]}</span>
        <a class="report-link" href={linkAddress(report.link)} dir="auto">
          <span class="soft">{hostOf(origin)}/</span>
          <b>{alias}</b>
        </a>
        <span class="spacer" />
        <span class="quiet">
          <Time at={report.created_at} />
        </span>
      </header>
      <dl class="facts">
        <dt>{words.target}</dt>
        <dd>
          <TargetText target={target.value} />
        </dd>
        <dt>{words.detail}</dt>
        <dd>
          {report.detail === null ? (
            <span class="quiet">{words.noDetail}</span>
          ) : (
            <Scroll kind="untrusted" label={words.detail}>
              {report.detail}
            </Scroll>
          )}
        </dd>
        {report.contact !== null && (
          <>
            <dt>{words.contact}</dt>
            <dd class="row-line">
              <span dir="auto">{report.contact}</span>
              <CopyButton value={report.contact} label={words.copyContact} />
            </dd>
          </>
        )}
      </dl>
      {problem.value && (
        <p class="notice bad" role="alert">
          {refusal(problem.value)}
        </p>
      )}
      {report.state === "open" ? (
        <Actions isBusy={isBusy.value} onResolve={(action) => void resolve(action)} />
      ) : (
        <Outcome report={report} />
      )}
    </article>
  );
}

function isLink(target: Target): target is Link {
  return typeof target === "object" && target !== null && "target" in target;
}

/** The target as text: it may be harmful, so nothing here can be clicked. */
function TargetText({ target }: { target: Target }) {
  const words = text.reports;
  if (target === undefined) return <span class="quiet">{words.loadingTarget}</span>;
  if (target === null) return <span class="quiet">{words.linkGone}</span>;
  if (!isLink(target)) return <span class="quiet">{words.targetFailed}</span>;
  return (
    <>
      <Scroll kind="untrusted" label={words.target}>
        <code dir="ltr">{target.target}</code>
      </Scroll>
      {target.state !== "live" && <span class="soft"> {words.linkStates[target.state]}</span>}
    </>
  );
}

function Actions({ isBusy, onResolve }: { isBusy: boolean; onResolve: (action: "blocked" | "dismissed") => void }) {
  const words = text.reports;
  const mayBlock = may("links:write") && may("links:admin");
  return (
    <div class="report-actions">
      {mayBlock && (
        <div>
          <Button kind="danger" icon="blocklist" isBusy={isBusy} onClick={() => onResolve("blocked")}>
            {words.block}
          </Button>
          <p class="hint">{words.blockHint}</p>
        </div>
      )}
      <div>
        <Button isBusy={isBusy} onClick={() => onResolve("dismissed")}>
          {words.dismiss}
        </Button>
        <p class="hint">{mayBlock ? words.dismissHint : `${words.dismissHint} ${words.mayNotBlock}`}</p>
      </div>
    </div>
  );
}

function Outcome({ report }: { report: Report }) {
  const words = text.reports;
  const by = useSignal(report.resolved_by === null ? words.byAdminKey : "");
  useEffect(() => {
    const { resolved_by } = report;
    if (resolved_by === null) return;
    void lookUp([resolved_by]).then(() => {
      by.value = words.by(personName(resolved_by));
    });
  }, [report.resolved_by]);
  return (
    <p class="soft" role="status">
      <b>{words.outcome[report.action ?? "dismissed"]}</b> {by.value}
      {report.resolved_at !== null && (
        <>
          {", "}
          <Time at={report.resolved_at} />
        </>
      )}
    </p>
  );
}

function refusal(problem: ApiProblem): string {
  const words = text.reports;
  if (problem.code === "report_resolved") return `${words.already} ${text.problems.advice(problem)}`;
  if (problem.code === "link_ended") return words.elsewhere;
  if (problem.code === "not_found") return words.gone;
  return text.problems.line(problem);
}
