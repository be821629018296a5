import { useId } from "preact/hooks";
import { ownScopes, type Scope } from "../../state/me";
import { text } from "../../text";
import { CheckField } from "../../ui/field";
import { type Preset, presetScopes, SCOPE_GROUPS } from "./scopes";

interface ScopeFieldsProps {
  chosen: readonly Scope[];
  wrong: string | null;
  /** What chosen scopes do not do for this key. */
  hints: readonly string[];
  onChange: (scopes: Scope[]) => void;
}

const PRESETS = Object.keys(text.scopes.presets) as Preset[];

/** The scopes of a new key as checkboxes, with presets. Scopes that the caller does not have are left out. */
export function ScopeFields({ chosen, wrong, hints, onChange }: ScopeFieldsProps) {
  const id = useId();
  const own = ownScopes.value;
  const toggle = (scope: Scope, isOn: boolean) =>
    onChange(isOn ? [...chosen, scope] : chosen.filter((one) => one !== scope));
  return (
    <fieldset class="fieldset" aria-describedby={wrong ? `${id}-wrong` : undefined}>
      <legend>{text.keys.scopesTitle}</legend>
      <div class="row-line">
        {PRESETS.map((preset) => {
          const scopes = presetScopes(preset, own);
          const isOn = scopes.length === chosen.length && scopes.every((scope) => chosen.includes(scope));
          return (
            <button key={preset} type="button" class="chip" aria-pressed={isOn} onClick={() => onChange(scopes)}>
              {text.scopes.presets[preset]}
            </button>
          );
        })}
      </div>
      <div class="scope-groups">
        {SCOPE_GROUPS.map(({ group, scopes }) => {
          const offered = scopes.filter((scope) => own.includes(scope));
          return (
            offered.length > 0 && (
              <div key={group} class="stack scope-group">
                <h3>{text.scopes.groups[group]}</h3>
                {offered.map((scope) => (
                  <CheckField
                    key={scope}
                    label={text.sentence(text.scopes.words[scope]).slice(0, -1)}
                    isOn={chosen.includes(scope)}
                    onToggle={(isOn) => toggle(scope, isOn)}
                  />
                ))}
              </div>
            )
          );
        })}
      </div>
      {hints.map((hint) => (
        <p key={hint} class="hint" role="status">
          {hint}
        </p>
      ))}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </fieldset>
  );
}
