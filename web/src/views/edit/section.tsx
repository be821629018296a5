import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useEditor } from "./editor";

interface SectionProps {
  title: string;
  /** What is set in it, in a few words. A section in which something is set is open. */
  summary: string;
  /** The fields of the API in it. A problem with one of them opens it. */
  fields: readonly string[];
  /** Opens the section and scrolls to it. */
  isWanted?: boolean;
  children: ComponentChildren;
}

/** A part of the form that is closed unless something in it is set or wrong. */
export function Section({ title, summary, fields, isWanted = false, children }: SectionProps) {
  const { problem } = useEditor();
  const isOpen = useSignal(summary !== "" || isWanted);
  const element = useRef<HTMLDetailsElement>(null);
  const isWrong = fields.some((field) => problem.value?.at(`/${field}`) !== undefined);
  useEffect(() => {
    if (isWrong) isOpen.value = true;
  }, [isWrong, problem.value]);
  useEffect(() => {
    if (!isWanted) return;
    element.current?.querySelector("summary")?.focus({ preventScroll: true });
    element.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <details
      ref={element}
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
