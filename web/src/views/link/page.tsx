import { useSignal } from "@preact/signals";
import type { Link } from "../../api/client";
import { asProblem } from "../../api/problem";
import { href, navigate, replaceAddress, route } from "../../state/router";
import { useShortcuts } from "../../state/shortcuts";
import { text } from "../../text";
import { Dialog } from "../../ui/dialog";
import { lazyView } from "../../ui/lazy";
import { toast } from "../../ui/toast";
import { linkAddress } from "../links/row";
import { changeLink, deleteLink, restoreLink } from "./actions";
import { Back } from "./back";
import { BlockDialog } from "./block-dialog";
import { LinkHead } from "./head";
import { HistoryCard } from "./history-card";
import { StateNotice } from "./notice";
import { mayChange } from "./rights";
import { Statistics } from "./statistics";

type OfLink = { link: Link };
const QrPanel = lazyView<OfLink>(async () => ({ default: (await import("./qr")).QrPanel }), "part");
const ExplainPanel = lazyView<OfLink>(
  async () => ({ default: (await import("../rules/explain")).ExplainPanel }),
  "part",
);

/** What can be done with a link. */
export interface LinkActions {
  setDisabled: (isDisabled: boolean) => void;
  remove: () => void;
  restore: () => void;
  block: () => void;
  unblock: () => void;
}

interface PageProps {
  link: Link;
  onChange: (link: Link) => void;
  onReload: () => Promise<void>;
}

export function LinkPage({ link, onChange, onReload }: PageProps) {
  const isBlocking = useSignal(false);
  const panel = route.value.query.get("panel");
  const isDeleted = link.state === "deleted";
  const show = (name: string | null) => setQuery("panel", name);

  /** Makes a change, shows the link as it is then, and says so. */
  const make = async (change: () => Promise<Link>, message: string, undo: (() => void) | null = null) => {
    try {
      onChange(await change());
      toast(message, undo && { label: text.common.undo, run: undo });
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
  };
  const restore = () => void make(() => restoreLink(link), text.links.restored(link.alias));
  const actions: LinkActions = {
    setDisabled: (disabled) =>
      void make(
        () => changeLink(link, { disabled }),
        disabled ? text.links.disabled(link.alias) : text.links.enabled(link.alias),
      ),
    remove: () => void make(() => deleteLink(link), text.links.deleted(link.alias), restore),
    restore,
    block: () => {
      isBlocking.value = true;
    },
    unblock: () => void make(() => changeLink(link, { blocked: null }), text.link.unblocked(link.alias)),
  };
  useShortcuts({
    q: () => !isDeleted && show("qr"),
    e: () => !isDeleted && mayChange(link) && navigate(linkAddress(link, "edit")),
  });
  return (
    <>
      <div>
        <Back />
        <LinkHead link={link} actions={actions} onPanel={show} />
      </div>
      <StateNotice link={link} actions={actions} />
      <Statistics key={link.id} link={link} onTry={() => show("explain")} onQr={() => show("qr")} />
      <HistoryCard link={link} onChange={onChange} onReload={onReload} />
      {panel === "qr" && !isDeleted && (
        <Dialog title={text.link.qrPanel.title} isWide onClose={() => show(null)}>
          <QrPanel link={link} />
        </Dialog>
      )}
      {panel === "explain" && (
        <Dialog title={text.explain.title} isWide onClose={() => show(null)}>
          <ExplainPanel link={link} />
        </Dialog>
      )}
      {isBlocking.value && (
        <BlockDialog
          link={link}
          onBlocked={onChange}
          onClose={() => {
            isBlocking.value = false;
          }}
        />
      )}
    </>
  );
}

/** Changes a parameter of the address. */
export function setQuery(name: string, value: string | null): void {
  const { path, query } = route.peek();
  const changed = new URLSearchParams(query);
  if (value === null) changed.delete(name);
  else changed.set(name, value);
  replaceAddress(href(path, changed));
}
