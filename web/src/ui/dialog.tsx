import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../text";
import { IconButton } from "./button";
import { Toasts } from "./toast";

interface DialogProps {
  title: string;
  onClose: () => void;
  /** Without it, Escape and the cross do nothing. */
  canClose?: boolean;
  isWide?: boolean;
  children: ComponentChildren;
}

/**
 * A modal dialog. The browser keeps the focus inside, and gives it back afterwards. Messages are shown inside too: those of
 * the page are out of reach meanwhile.
 */
export function Dialog({ title, onClose, canClose = true, isWide = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // `showModal` focuses the first button, which closes the dialog.
    element.current?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (canClose) onClose();
      }}
      // Browsers may close a dialog without asking first, after a second Escape.
      onClose={() => (canClose ? onClose() : element.current?.showModal())}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {canClose && <IconButton icon="close" label={text.common.close} onClick={onClose} />}
      </header>
      {children}
      <Toasts />
    </dialog>
  );
}
