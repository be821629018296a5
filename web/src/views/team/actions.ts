import { nameOf, type User } from "../../state/people";
import type { Role } from "../../state/roles";
import { href, navigate } from "../../state/router";
import { text } from "../../text";
import type { MenuItem } from "../../ui/menu";
import { mayChange, mayIssue } from "./roles";

/** What can be done with a user, and needs a dialog or a request. */
export type Action = "change" | "invite" | "reset" | "disable" | "enable" | "delete";

/** The actions that the caller may take with a user in this state. The API decides again. */
export function actionsFor(user: User, own: Role, isSelf: boolean): Action[] {
  if (!mayChange(own, user.role)) return [];
  if (user.state === "leaving") return ["delete"];
  const actions: Action[] = ["change"];
  const mayIssueFor = mayIssue(own, user.role);
  if (user.state === "invited" && mayIssueFor) actions.push("invite");
  if (user.state === "active" && mayIssueFor && !isSelf) actions.push("reset");
  actions.push(user.state === "disabled" ? "enable" : "disable", "delete");
  return actions;
}

const ICONS = {
  change: "edit",
  invite: "restore",
  reset: "keys",
  disable: "blocklist",
  enable: "check",
  delete: "trash",
} as const;

export function menuFor(user: User, own: Role, isSelf: boolean, onAction: (action: Action) => void): MenuItem[] {
  const { team } = text;
  const labels: Record<Action, string> = {
    change: team.change,
    invite: team.inviteAgain,
    reset: team.reset,
    disable: team.disable,
    enable: team.enable,
    delete: user.state === "leaving" ? team.continueDeletion : team.delete,
  };
  const items: MenuItem[] = actionsFor(user, own, isSelf).map((action) => ({
    label: labels[action],
    icon: ICONS[action],
    onSelect: () => onAction(action),
  }));
  const places: MenuItem[] = [
    { label: team.links, icon: "links", onSelect: () => navigate(href(["links"], { owner: user.id })) },
    { label: team.events, icon: "audit", onSelect: () => navigate(href(["audit"], { principal: user.id })) },
  ];
  if (isSelf) places.push({ label: team.changePassword, icon: "keys", onSelect: () => navigate(href(["account"])) });
  return [...items, ...places];
}

/** Owners first, then by name. */
export function byRoleAndName(one: User, other: User): number {
  const order: Record<Role, number> = { owner: 0, admin: 1, editor: 2, viewer: 3 };
  return order[one.role] - order[other.role] || nameOf(one).localeCompare(nameOf(other));
}
