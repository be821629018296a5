import { useSignal } from "@preact/signals";
import { api, call, type Link, type Schemas } from "../../api/client";
import { useRefresh, useResource } from "../../state/resource";
import { text } from "../../text";
import { country } from "../../ui/format";
import { ProblemNotice, Skeleton } from "../../ui/states";
import { Time } from "../../ui/time";
import { inWords } from "./list-card";
import { reasonInWords } from "./reasons";

type Click = Schemas["Click"];

/** Clicks that are shown at first. */
const SHORT = 10;

/** The latest clicks of a link. Nothing in them identifies a visitor. */
export function Clicks({ link }: { link: Link }) {
  const isLong = useSignal(false);
  const loaded = useResource(
    (signal) => {
      const params = { path: { alias: link.alias }, query: { domain: link.domain, limit: 100 } };
      return call(api.GET("/api/v1/links/{alias}/clicks", { params, signal }));
    },
    [link.id],
  );
  useRefresh(loaded);
  const { value, problem, isLoading } = loaded.resource.value;
  const clicks = value?.items ?? [];
  const { title, none } = text.link.clicks;
  return (
    <section class="card stack" aria-busy={isLoading}>
      <h2>{title}</h2>
      {problem !== null && <ProblemNotice problem={problem} onRetry={() => void loaded.reload()} />}
      {value === null ? (
        problem === null && <Skeleton height={36} rows={5} />
      ) : clicks.length === 0 ? (
        <p class="quiet">{none}</p>
      ) : (
        <ClickTable clicks={isLong.value ? clicks : clicks.slice(0, SHORT)} />
      )}
      {clicks.length > SHORT && !isLong.value && (
        <div>
          <button
            type="button"
            class="chip"
            onClick={() => {
              isLong.value = true;
            }}
          >
            {text.link.showAll(clicks.length)}
          </button>
        </div>
      )}
    </section>
  );
}

function ClickTable({ clicks }: { clicks: readonly Click[] }) {
  const words = text.link.clicks;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: A region that scrolls needs the focus, so that keys scroll it.
    <section class="table-scroll" aria-label={words.title} tabIndex={0}>
      <table class="table click-table">
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.kind}</th>
            <th scope="col">{words.country}</th>
            <th scope="col">{words.device}</th>
            <th scope="col">{words.referrer}</th>
            <th scope="col">{words.reason}</th>
          </tr>
        </thead>
        <tbody>
          {clicks.map((click, index) => (
            // Two clicks may be equal in everything.
            <tr key={`${index}`}>
              <td>
                <Time at={click.at} />
              </td>
              <td>
                <span class={click.kind === "human" ? "badge info" : "badge"}>{words.kinds[click.kind]}</span>
              </td>
              <td>{click.country === null ? words.unknown : country(click.country)}</td>
              <td>{deviceOf(click) || words.unknown}</td>
              <td dir="auto">{click.referrer ?? words.unknown}</td>
              <td>{click.reason === null ? "" : reasonInWords(click.reason)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function deviceOf({ device, os, browser }: Click): string {
  return [
    device && inWords("device", device, []),
    os && inWords("os", os, []),
    browser && inWords("browser", browser, []),
  ]
    .filter(Boolean)
    .join(" · ");
}
