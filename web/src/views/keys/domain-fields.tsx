import { useId } from "preact/hooks";
import { domains } from "../../state/me";
import { text } from "../../text";
import { CheckField } from "../../ui/field";

interface DomainFieldsProps {
  /** `null` for all domains. */
  chosen: readonly string[] | null;
  wrong: string | null;
  onChange: (domains: string[] | null) => void;
}

/** The domains that a new key is for: all, or some. */
export function DomainFields({ chosen, wrong, onChange }: DomainFieldsProps) {
  const id = useId();
  const toggle = (domain: string, isOn: boolean) => {
    const others = (chosen ?? []).filter((one) => one !== domain);
    onChange(isOn ? [...others, domain] : others);
  };
  return (
    <fieldset class="fieldset" aria-describedby={wrong ? `${id}-wrong` : undefined}>
      <legend>{text.keys.domainsTitle}</legend>
      <Choice name={id} label={text.keys.domainsAll} isOn={chosen === null} onChoose={() => onChange(null)} />
      <Choice name={id} label={text.keys.domainsSome} isOn={chosen !== null} onChoose={() => onChange([])} />
      {chosen !== null && (
        <div class="domain-choices">
          {domains.value.map(({ domain }) => (
            <CheckField
              key={domain}
              label={domain}
              isOn={chosen.includes(domain)}
              onToggle={(isOn) => toggle(domain, isOn)}
            />
          ))}
        </div>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  isOn: boolean;
  onChoose: () => void;
}

function Choice({ name, label, isOn, onChoose }: ChoiceProps) {
  return (
    <label class="check">
      <input type="radio" name={name} checked={isOn} onChange={onChoose} />
      <span>{label}</span>
    </label>
  );
}
