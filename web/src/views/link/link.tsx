import "./link.css";
import type { Link } from "../../api/client";
import type { ApiProblem } from "../../api/problem";
import { useResource } from "../../state/resource";
import { href, route } from "../../state/router";
import { useShortcuts } from "../../state/shortcuts";
import { text } from "../../text";
import { LinkButton } from "../../ui/button";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { linkAddress } from "../links/row";
import { loadLink } from "./actions";
import { Back, goBack } from "./back";
import { movedTo } from "./destination";
import { ShortName } from "./head";
import { LinkPage } from "./page";

/** One link: where it leads, its statistics, rules, QR code and history. */
export default function LinkView() {
  const [, domain = "", alias = ""] = route.value.path;
  const { resource, reload } = useResource((abort) => loadLink({ domain, alias }, abort), [domain, alias]);
  const { value, problem } = resource.value;
  useShortcuts({ Escape: goBack });
  const put = (link: Link) => {
    resource.value = { value: link, problem: null, isLoading: false };
  };
  if (value !== null) return <LinkPage link={value} onChange={put} onReload={reload} />;
  return (
    <div class="stack">
      <div>
        <Back />
        <ShortName host={domain} alias={alias} />
      </div>
      {problem === null ? (
        <div class="stack" aria-busy="true">
          <Skeleton height={64} />
          <Skeleton height={28} />
          <Skeleton height={108} />
          <Skeleton height={340} />
        </div>
      ) : problem.code === "not_found" ? (
        <Missing domain={domain} alias={alias} problem={problem} />
      ) : (
        <Failure problem={problem} onRetry={() => void reload()} />
      )}
    </div>
  );
}

/** An alias without a link, or an old one of a link that has moved. */
function Missing({ domain, alias, problem }: { domain: string; alias: string; problem: ApiProblem }) {
  const { missing } = text.link;
  const address = `${domain}/${alias}`;
  const current = movedTo(problem.message);
  if (current !== null) {
    return (
      <div class="card">
        <Empty title={missing.moved}>
          <p dir="auto">{missing.movedHint(address, current)}</p>
          <div class="actions">
            <LinkButton kind="primary" href={linkAddress({ domain, alias: current })}>
              {missing.open(current)}
            </LinkButton>
            <LinkButton href={href(["links"], { q: current })}>{missing.search}</LinkButton>
          </div>
        </Empty>
      </div>
    );
  }
  return (
    <div class="card">
      <Empty title={missing.title}>
        <p dir="auto">{missing.hint(address)}</p>
        <div class="actions">
          <LinkButton href={href(["links"], { q: alias })}>{missing.search}</LinkButton>
          <LinkButton href={href(["links"])}>{text.shell.toLinks}</LinkButton>
        </div>
      </Empty>
    </div>
  );
}
