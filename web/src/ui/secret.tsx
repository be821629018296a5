import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { text } from "../text";
import { Button } from "./button";
import { copyText } from "./copy";

interface SecretProps {
  label: string;
  value: string;
  hint: ComponentChildren;
}

/** A secret that is shown once, with a button that copies it. The value is not repeated in a message. */
export function Secret({ label, value, hint }: SecretProps) {
  const id = useId();
  const isCopied = useSignal(false);
  const onCopy = async () => {
    if (await copyText(value)) isCopied.value = true;
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="input secret-value"
        readOnly
        rows={Math.min(4, Math.ceil(value.length / 52))}
        value={value}
        spellcheck={false}
        aria-describedby={`${id}-hint`}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p class="hint" id={`${id}-hint`}>
        <b>{text.secret.once}</b> {hint}
      </p>
      <div class="row-line">
        <Button kind="primary" icon={isCopied.value ? "check" : "copy"} onClick={() => void onCopy()}>
          {text.secret.copy}
        </Button>
        <span class="quiet" role="status">
          {isCopied.value && text.secret.copied}
        </span>
      </div>
    </div>
  );
}
