import type { ApiProblem } from "../api/problem";
import { capabilities } from "../state/me";
import { text } from "../text";
import { TextField } from "./field";
import type { TypedQuota } from "./quota";

interface QuotaFieldsProps {
  quota: TypedQuota;
  hint: string;
  problem: ApiProblem | null;
  onChange: (quota: TypedQuota) => void;
}

/** Two limits of how many links may be created. */
export function QuotaFields({ quota, hint, problem, onChange }: QuotaFieldsProps) {
  const wrong = (field: string) => {
    const error = problem?.at(`/quota/${field}`);
    return error ? text.sentence(error.detail) : null;
  };
  const shared = { type: "number", inputMode: "numeric", min: 1, step: 1, placeholder: text.quota.any } as const;
  return (
    <div class="field">
      <div class="quota-fields">
        <TextField
          {...shared}
          label={text.quota.perDay}
          max={capabilities.value?.limits.links_per_day ?? 100_000}
          value={quota.perDay}
          wrong={wrong("links_per_day")}
          onValue={(perDay) => onChange({ ...quota, perDay })}
        />
        <TextField
          {...shared}
          label={text.quota.links}
          max={100_000}
          value={quota.links}
          wrong={wrong("links")}
          onValue={(links) => onChange({ ...quota, links })}
        />
      </div>
      <p class="hint">{hint}</p>
    </div>
  );
}
