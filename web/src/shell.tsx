import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { asProblem } from "./api/problem";
import { session, signOut } from "./api/session";
import { isOnline } from "./api/transport";
import { may, me, type Scope } from "./state/me";
import { href, route } from "./state/router";
import { useShortcuts } from "./state/shortcuts";
import { text } from "./text";
import { IconButton } from "./ui/button";
import { Dialog } from "./ui/dialog";
import { Icon, type IconName } from "./ui/icon";
import { toast } from "./ui/toast";
import { viewOf } from "./views";

interface Entry {
  path: string;
  label: string;
  icon: IconName;
  /** The scope without which the view is empty. */
  needs: Scope;
}

const ENTRIES: readonly Entry[] = [
  { path: "overview", label: text.shell.overview, icon: "overview", needs: "stats:read" },
  { path: "links", label: text.shell.links, icon: "links", needs: "links:read" },
  { path: "domains", label: text.shell.domains, icon: "domains", needs: "links:read" },
  { path: "tags", label: text.shell.tags, icon: "tags", needs: "links:read" },
  { path: "team", label: text.shell.team, icon: "team", needs: "users:admin" },
  { path: "keys", label: text.shell.keys, icon: "keys", needs: "keys:admin" },
  { path: "audit", label: text.shell.audit, icon: "audit", needs: "audit:read" },
  { path: "reports", label: text.shell.reports, icon: "reports", needs: "reports:admin" },
  { path: "blocklist", label: text.shell.blocklist, icon: "blocklist", needs: "blocklist:admin" },
  { path: "transfer", label: text.shell.transfer, icon: "transfer", needs: "links:read" },
  { path: "about", label: text.shell.about, icon: "about", needs: "links:read" },
];

/** The navigation and the view of the address. */
export function Shell() {
  const hasHelp = useSignal(false);
  const hasMenu = useSignal(false);
  const main = useRef<HTMLElement>(null);
  const { path } = route.value;
  const { View, key } = viewOf(path);
  useShortcuts({
    "?": () => {
      hasHelp.value = true;
    },
  });
  useEffect(() => {
    hasMenu.value = false;
    scrollTo(0, 0);
  }, [key]);
  return (
    <div class="frame">
      <button type="button" class="button secondary skip" onClick={() => main.current?.focus()}>
        {text.shell.skip}
      </button>
      <aside class={hasMenu.value ? "side open" : "side"}>
        <a class="logo" href={href(["links"])}>
          <span class="hidden">{text.shell.toLinks}</span>
        </a>
        <nav aria-label={text.shell.navigation}>
          {ENTRIES.filter((entry) => may(entry.needs)).map((entry) => (
            <a key={entry.path} href={href([entry.path])} aria-current={isAt(path, entry.path) ? "page" : undefined}>
              <Icon name={entry.icon} />
              {entry.label}
            </a>
          ))}
        </nav>
        <Person>
          <span class="menu-button">
            <IconButton
              icon="menu"
              label={text.shell.menu}
              aria-expanded={hasMenu.value}
              onClick={() => {
                hasMenu.value = !hasMenu.value;
              }}
            />
          </span>
        </Person>
      </aside>
      <main class="main" ref={main} tabIndex={-1}>
        {!isOnline.value && (
          <p class="notice" role="status">
            {text.common.offline}
          </p>
        )}
        <View key={key} />
      </main>
      {hasHelp.value && (
        <Dialog
          title={text.shortcuts.title}
          onClose={() => {
            hasHelp.value = false;
          }}
        >
          <table class="table">
            <tbody>
              {text.shortcuts.rows.map(([keys, what]) => (
                <tr key={keys}>
                  <td>
                    <kbd>{keys}</kbd>
                  </td>
                  <td>{what}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Dialog>
      )}
    </div>
  );
}

/** Who is signed in, and the way out. */
function Person({ children }: { children: ComponentChildren }) {
  const current = session.value;
  if (current.kind !== "signed-in" && current.kind !== "ended") return null;
  const { user } = current;
  const name = user.name ?? user.email ?? "";
  const leave = () => signOut(false).catch((error: unknown) => toast(text.problems.line(asProblem(error))));
  return (
    <div class="me">
      <a href={href(["account"])}>
        <span class="hidden">{text.shell.account}</span>
        <span class="avatar" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
        <span class="clip">
          <b class="clip">{name}</b>
          <span>{text.shell.roles[me.value?.role ?? user.role]}</span>
        </span>
      </a>
      <IconButton icon="out" label={text.shell.signOut} onClick={() => void leave()} />
      {children}
    </div>
  );
}

/** Views that belong to the list of links. */
const OF_A_LINK = ["link", "edit", "new"];

function isAt(path: readonly string[], entry: string): boolean {
  const [first = "links"] = path;
  return (OF_A_LINK.includes(first) ? "links" : first) === entry;
}
