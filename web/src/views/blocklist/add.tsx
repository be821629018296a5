import { useSignal } from "@preact/signals";
import { api, call, type Schemas } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CheckField, TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { hostOf } from "./hosts";

interface Typed {
  host: string;
  reason: string;
  subdomains: boolean;
}

const DRAFT = "blocklist";
const NOTHING: Typed = { host: "", reason: "", subdomains: true };

/** Adds one host. */
export function AddHost({ onAdded }: { onAdded: (host: Schemas["BlockedHost"]) => void }) {
  const typed = useSignal<Typed>(loadDraft<Typed>(DRAFT) ?? NOTHING);
  const isBusy = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const change = (part: Partial<Typed>) => {
    typed.value = { ...typed.value, ...part };
    saveDraft(DRAFT, typed.value);
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = null;
    const { host, reason, subdomains } = typed.value;
    try {
      // `null` lists the hosts below where that is possible: an address has none.
      const body = {
        host: hostOf(host.trim()) ?? host,
        reason: reason.trim() || null,
        subdomains: subdomains ? null : false,
      };
      const added = await call(api.POST("/api/v1/blocklist", { body }));
      typed.value = NOTHING;
      dropDraft(DRAFT);
      toast(text.blocklist.added(added.host));
      onAdded(added);
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      isBusy.value = false;
    }
  };
  const isListed = problem.value?.code === "host_listed";
  const wrong = (field: string) => {
    const detail = problem.value?.at(field)?.detail;
    return detail === undefined ? null : text.sentence(detail);
  };
  const words = text.blocklist;
  return (
    <form class="stack" onSubmit={onSubmit}>
      {!isListed && <ProblemNotice problem={problem.value} />}
      <div class="two">
        <TextField
          label={words.host}
          hint={words.hostHint}
          wrong={isListed ? words.listed : (wrong("/host") ?? wrong("/subdomains"))}
          required
          spellcheck={false}
          autocomplete="off"
          inputMode="url"
          value={typed.value.host}
          onValue={(host) => change({ host })}
        />
        <TextField
          label={`${words.reason} (${text.common.optional})`}
          hint={words.reasonHint}
          wrong={wrong("/reason")}
          autocomplete="off"
          value={typed.value.reason}
          onValue={(reason) => change({ reason })}
        />
      </div>
      <div class="row-line">
        <CheckField
          label={words.subdomains}
          isOn={typed.value.subdomains}
          onToggle={(subdomains) => change({ subdomains })}
        />
        <span class="spacer" />
        <Button kind="primary" type="submit" isBusy={isBusy.value}>
          {words.add}
        </Button>
      </div>
    </form>
  );
}
