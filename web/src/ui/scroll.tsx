import type { ComponentChildren } from "preact";

interface ScrollProps {
  label: string;
  /** `table-scroll` scrolls sideways, `untrusted` downwards. */
  kind?: "table-scroll" | "untrusted";
  children: ComponentChildren;
}

/** What scrolls by itself, also with the keyboard: a wide table, or long text of somebody else. */
export function Scroll({ label, kind = "table-scroll", children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable with the keyboard.
    <section class={kind} aria-label={label} tabIndex={0} dir={kind === "untrusted" ? "auto" : undefined}>
      {children}
    </section>
  );
}
