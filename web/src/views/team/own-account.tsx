import type { Signal } from "@preact/signals";
import { CheckField } from "../../ui/field";

/** Makes somebody confirm what they do to their own account. */
export function OwnAccount({ hint, label, isSure }: { hint: string; label: string; isSure: Signal<boolean> }) {
  return (
    <div class="notice warn">
      <p>{hint}</p>
      <CheckField
        label={label}
        isOn={isSure.value}
        onToggle={(isOn) => {
          isSure.value = isOn;
        }}
      />
    </div>
  );
}
