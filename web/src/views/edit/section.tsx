import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useEditor } from "./editor";

interface SectionProps {
  title: string;
  /** What is set in it, in a few words. A section in which something is set is open. */
  summary: string;
  /** The fields of the API in it. A problem with one of them opens it. */
  fields: readonly string[];
  children: ComponentChildren;
}

/** A part of the form that is closed unless something in it is set or wrong. */
export function Section({ title, summary, fields, children }: SectionProps) {
  const { problem } = useEditor();
  const isOpen = useSignal(summary !== "");
  const isWrong = fields.some((field) => problem.value?.at(`/${field}`) !== undefined);
  useEffect(() => {
    if (isWrong) isOpen.value = true;
  }, [isWrong, problem.value]);
  return (
    <details
      class="edit-section"
      open={isOpen.value}
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        <h2>{title}</h2>
        {!isOpen.value && summary !== "" && <bdi class="quiet clip">{summary}</bdi>}
      </summary>
      {isOpen.value && <div class="edit-fields">{children}</div>}
    </details>
  );
}
