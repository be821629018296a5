import { useSignal } from "@preact/signals";
import { text } from "../text";
import { IconButton } from "./button";
import { toast } from "./toast";

/** Copies text. Returns whether the browser allowed it. */
export async function copyText(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    toast(text.common.copyFailed);
    return false;
  }
}

interface CopyButtonProps {
  value: string;
  label: string;
  /** The message, for values that are secret or long. */
  said?: string;
}

export function CopyButton({ value, label, said = text.common.copied(value) }: CopyButtonProps) {
  const isCopied = useSignal(false);
  const onClick = async (event: Event) => {
    event.stopPropagation();
    if (!(await copyText(value))) return;
    isCopied.value = true;
    toast(said);
    setTimeout(() => {
      isCopied.value = false;
    }, 1_500);
  };
  return <IconButton icon={isCopied.value ? "check" : "copy"} label={label} onClick={onClick} />;
}
