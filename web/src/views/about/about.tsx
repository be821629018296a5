import "./about.css";
import { capabilities } from "../../state/me";
import { text } from "../../text";
import { Skeleton } from "../../ui/states";
import { type Line, limitLines, promiseLines, statisticsLines } from "./words";

/** What this deployment promises, in words. */
export default function AboutView() {
  const known = capabilities.value;
  const { about } = text;
  if (known === null) return <Skeleton height={160} rows={3} />;
  const system: Line[] = [
    { name: about.runsOn, words: about.edges[known.edge] },
    { name: about.version, words: known.version },
  ];
  return (
    <>
      <header>
        <h1>{about.title}</h1>
        <p class="soft">{about.intro}</p>
      </header>
      <Lines title={about.promises} lines={promiseLines(known)} />
      <Lines title={about.statistics} lines={statisticsLines(known)} />
      <div class="two">
        <Lines title={about.limits} lines={limitLines(known)} isShort />
        <div class="stack">
          <Lines title={about.system} lines={system} isShort />
          <section class="card stack">
            <h2>{about.api}</h2>
            <p class="soft">{about.apiHint}</p>
            <p class="row-line">
              <a href="/openapi.json">{about.apiLink}</a>
              <a href="/capabilities">{about.capabilitiesLink}</a>
            </p>
          </section>
        </div>
      </div>
    </>
  );
}

function Lines({ title, lines, isShort = false }: { title: string; lines: readonly Line[]; isShort?: boolean }) {
  return (
    <section class="card stack">
      <h2>{title}</h2>
      <dl class={isShort ? "promises limits" : "promises"}>
        {lines.map(({ name, words }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
