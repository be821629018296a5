import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { text } from "../../text";
import { Button } from "../../ui/button";

/** The largest file, in bytes. */
const LARGEST = 50 * 1024 * 1024;
const MEGABYTES = LARGEST / 1024 / 1024;

/** Why a file cannot be imported at all. */
export async function problemOfFile(file: File): Promise<string | null> {
  if (file.size > LARGEST) return text.transfer.tooLarge(MEGABYTES);
  if (file.size === 0) return text.transfer.noRows;
  try {
    const start = await file.slice(0, 100).text();
    return /^\ufeff?\s*\[/.test(start) ? text.transfer.isArray : null;
  } catch {
    return text.transfer.unreadable;
  }
}

/** A place to drop a file, with a button that chooses one. */
export function ChooseFile({ wrong, onFile }: { wrong: string | null; onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isOver = useSignal(false);
  const words = text.transfer;
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    isOver.value = false;
    const file = event.dataTransfer?.files[0];
    if (file) onFile(file);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first. */}
      <div
        class={isOver.value ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          isOver.value = true;
        }}
        onDragLeave={() => {
          isOver.value = false;
        }}
        onDrop={onDrop}
      >
        <p>
          <Button kind="primary" onClick={() => input.current?.click()}>
            {words.choose}
          </Button>{" "}
          <span class="soft">{words.drop}</span>
        </p>
        <p class="quiet">{words.dropHint(MEGABYTES)}</p>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={words.choose}
          accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/csv,application/x-ndjson"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file can be chosen again.
            event.currentTarget.value = "";
            if (file) onFile(file);
          }}
        />
      </div>
      {wrong !== null && (
        <p class="notice bad" role="alert">
          {wrong}
        </p>
      )}
      <p class="quiet">{words.others}</p>
    </>
  );
}
