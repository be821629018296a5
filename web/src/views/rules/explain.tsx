import "./rules.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, call, type Link, type Schemas } from "../../api/client";
import { useResource } from "../../state/resource";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CheckField, SelectField, TextField } from "../../ui/field";
import { ownZone, utcOf } from "../../ui/local-time";
import { ProblemNotice, Skeleton } from "../../ui/states";
import { countryChoices } from "./countries";
import { Answer } from "./verdicts";
import { AGENTS, type AgentName } from "./visitor";

type VisitorBody = Schemas["SimulatedVisitor"];
type Agent = AgentName | "none" | "other";

interface Input {
  agent: Agent;
  customAgent: string;
  country: string;
  language: string;
  time: string;
  address: string;
  path: string;
  query: string;
  unlocked: boolean;
  confirmed: boolean;
  prefetch: boolean;
  head: boolean;
}

const FIRST: Omit<Input, "language"> = {
  agent: "iphone",
  customAgent: "",
  country: "",
  time: "",
  address: "",
  path: "",
  query: "",
  unlocked: false,
  confirmed: false,
  prefetch: false,
  head: false,
};

/** The pause in typing after which the visit is tried, in milliseconds. */
const PAUSE = 300;

const AGENT_CHOICES = ([...(Object.keys(AGENTS) as AgentName[]), "none", "other"] satisfies Agent[]).map((value) => ({
  value,
  label: text.explain.agents[value],
}));

/** "Try as a visitor": choose a visitor, see which rule holds and why. The heading is outside: a dialog has its own. */
export function ExplainPanel({ link, hasChanges = false }: { link: Link; hasChanges?: boolean }) {
  const input = useSignal<Input>({ ...FIRST, language: ownLanguage() });
  const tried = useSignal<Input>(input.peek());
  useEffect(() => {
    const timer = setTimeout(() => {
      tried.value = input.value;
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [input.value]);
  const { alias, domain, version } = link;
  const { resource, reload } = useResource(
    (signal) => {
      const params = { path: { alias }, query: { domain } };
      return call(api.POST("/api/v1/links/{alias}/explain", { params, body: visitorOf(tried.value), signal }));
    },
    [tried.value, alias, domain, version],
  );
  const set = (part: Partial<Input>) => {
    input.value = { ...input.value, ...part };
  };
  const { value, problem, isLoading } = resource.value;
  const words = text.explain;
  return (
    <div class="explain">
      {hasChanges ? <p class="notice warn">{words.savedOnly}</p> : <p class="quiet">{words.hint}</p>}
      <VisitorFields input={input.value} set={set} link={link} wrong={(field) => problem?.at(`/${field}`)?.detail} />
      <div class="explain-result" role="status" aria-busy={isLoading} aria-label={words.result}>
        {problem !== null && <ProblemNotice problem={problem} />}
        {problem !== null && problem.errors.length === 0 && (
          <Button icon="restore" isBusy={isLoading} onClick={() => void reload()}>
            {text.common.tryAgain}
          </Button>
        )}
        {problem === null && value === null && <Skeleton height={20} rows={2} />}
        {problem === null && value !== null && <Answer explanation={value} link={link} />}
      </div>
    </div>
  );
}

interface VisitorFieldsProps {
  input: Input;
  set: (part: Partial<Input>) => void;
  link: Link;
  wrong: (field: keyof VisitorBody) => string | undefined;
}

function VisitorFields({ input, set, link, wrong }: VisitorFieldsProps) {
  const words = text.explain;
  const sentence = (field: keyof VisitorBody) => {
    const detail = wrong(field);
    return detail === undefined ? null : text.sentence(detail);
  };
  return (
    <>
      <div class="explain-fields">
        <SelectField
          label={words.country}
          value={input.country}
          options={[{ value: "", label: words.anyCountry }, ...countryChoices()]}
          onValue={(country) => set({ country })}
          wrong={sentence("country")}
        />
        <SelectField
          label={words.agent}
          value={input.agent}
          options={AGENT_CHOICES}
          onValue={(agent) => set({ agent })}
        />
        <TextField
          label={words.language}
          hint={words.languageHint}
          value={input.language}
          onValue={(language) => set({ language })}
          wrong={sentence("language")}
          spellcheck={false}
        />
        <TextField
          label={words.query}
          hint={words.queryHint}
          value={input.query}
          onValue={(query) => set({ query })}
          wrong={sentence("query")}
          spellcheck={false}
        />
      </div>
      {input.agent === "other" && (
        <TextField
          label={words.customAgent}
          value={input.customAgent}
          onValue={(customAgent) => set({ customAgent })}
          wrong={sentence("agent")}
          spellcheck={false}
        />
      )}
      {link.has_password && (
        <CheckField label={words.unlocked} isOn={input.unlocked} onToggle={(unlocked) => set({ unlocked })} />
      )}
      {link.confirm && (
        <CheckField label={words.confirmed} isOn={input.confirmed} onToggle={(confirmed) => set({ confirmed })} />
      )}
      <details class="explain-more">
        <summary>{words.more}</summary>
        <div class="explain-fields">
          <TextField
            label={words.time}
            hint={words.timeHint(ownZone())}
            type="datetime-local"
            value={input.time}
            onValue={(time) => set({ time })}
            wrong={sentence("time")}
          />
          <TextField
            label={words.address}
            hint={words.addressHint}
            value={input.address}
            onValue={(address) => set({ address })}
            wrong={sentence("address")}
            spellcheck={false}
          />
          <TextField
            label={words.path}
            hint={words.pathHint}
            value={input.path}
            onValue={(path) => set({ path })}
            wrong={sentence("path")}
            spellcheck={false}
          />
        </div>
        <CheckField label={words.prefetch} isOn={input.prefetch} onToggle={(prefetch) => set({ prefetch })} />
        <CheckField label={words.head} isOn={input.head} onToggle={(head) => set({ head })} />
      </details>
    </>
  );
}

/** The language of the browser; some add what is no part of a tag. */
const ownLanguage = (): string => navigator.language.replace(/[^a-z0-9-].*$/i, "");

/** The visitor as the API reads it. What is empty is not sent. */
function visitorOf(input: Input): VisitorBody {
  const agent = input.agent === "none" ? null : input.agent === "other" ? input.customAgent : AGENTS[input.agent];
  const path = input.path.trim();
  return {
    agent: agent || null,
    language: input.language.trim() || null,
    country: input.country || null,
    address: input.address.trim() || null,
    time: input.time === "" ? null : (utcOf(input.time, ownZone())?.utc ?? null),
    path: path === "" ? null : path.startsWith("/") ? path : `/${path}`,
    query: input.query.trim().replace(/^\?/, "") || null,
    unlocked: input.unlocked,
    confirmed: input.confirmed,
    prefetch: input.prefetch,
    head: input.head,
  };
}
