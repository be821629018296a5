import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

/** A key that does the same. Screen readers skip it. */
export function Key({ name }: { name: string }) {
  return (
    <span class="key" aria-hidden="true">
      {name}
    </span>
  );
}

type Kind = "primary" | "secondary" | "quiet-button" | "danger";

type ButtonProps = Omit<JSX.IntrinsicElements["button"], "class" | "icon"> & {
  kind?: Kind;
  icon?: IconName;
  /** The key that does the same. */
  shortcut?: string;
  isBusy?: boolean;
  children: ComponentChildren;
};

export function Button({ kind = "secondary", icon, shortcut, isBusy = false, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} class={`button ${kind}`} disabled={rest.disabled || isBusy} aria-busy={isBusy}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {shortcut && <Key name={shortcut} />}
    </button>
  );
}

type LinkButtonProps = { href: string; kind?: Kind; icon?: IconName; shortcut?: string; children: ComponentChildren };

/** A link that looks like a button. */
export function LinkButton({ href, kind = "secondary", icon, shortcut, children }: LinkButtonProps) {
  return (
    <a href={href} class={`button ${kind}`}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {shortcut && <Key name={shortcut} />}
    </a>
  );
}

type IconButtonProps = Omit<JSX.IntrinsicElements["button"], "class" | "icon" | "children" | "label"> & {
  icon: IconName;
  label: string;
};

/** A button with an icon only. Its name is read aloud and shown on hover. */
export function IconButton({ icon, label, ...rest }: IconButtonProps) {
  return (
    <button type="button" {...rest} class="icon-button" aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
