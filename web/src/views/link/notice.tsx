import type { Link } from "../../api/client";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { Time } from "../../ui/time";
import { linkAddress } from "../links/row";
import type { LinkActions } from "./page";
import { mayBlock, mayChange } from "./rights";

/** What is the matter with a link that does not lead to its target, and the way out. */
export function StateNotice({ link, actions }: { link: Link; actions: LinkActions }) {
  const { notices } = text.link;
  const canChange = mayChange(link);
  const toEdit = (label: string) => canChange && <LinkButton href={linkAddress(link, "edit")}>{label}</LinkButton>;
  switch (link.state) {
    case "live":
      return null;
    case "deleted":
      return (
        <p class="notice warn" role="status">
          <span class="notice-text">{notices.deleted}</span>
          {canChange && (
            <Button icon="restore" onClick={actions.restore}>
              {notices.restore}
            </Button>
          )}
        </p>
      );
    case "blocked":
      return (
        <p class="notice bad" role="status">
          <span class="notice-text" dir="auto">
            {notices.blocked(link.blocked?.reason ?? "")} {link.blocked && <Time at={link.blocked.at} />}
          </span>
          {mayBlock() && <Button onClick={actions.unblock}>{text.link.unblock}</Button>}
        </p>
      );
    case "disabled":
      return (
        <p class="notice" role="status">
          <span class="notice-text">{notices.disabled}</span>
          {canChange && <Button onClick={() => actions.setDisabled(false)}>{notices.enable}</Button>}
        </p>
      );
    case "ended":
      return (
        <p class="notice" role="status">
          <span class="notice-text">
            {notices.ended} {link.ends_at && <Time at={link.ends_at} />}
          </span>
          {toEdit(notices.changeEnd)}
        </p>
      );
    case "used_up":
      return (
        <p class="notice" role="status">
          <span class="notice-text">{notices.used_up}</span>
          {toEdit(notices.changeLimit)}
        </p>
      );
    case "scheduled":
      return (
        <p class="notice warn" role="status">
          <span class="notice-text">
            {notices.scheduled} {link.starts_at && <Time at={link.starts_at} />}
          </span>
          {toEdit(notices.changeStart)}
        </p>
      );
  }
}
