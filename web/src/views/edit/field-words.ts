// The fields of a link in words: their labels, and their values. Views that compare two states of a link share them.
import { text } from "../../text";
import { shortTime } from "../../ui/format";
import { utcOf } from "../../ui/local-time";
import type { LinkForm } from "./form";
import type { MergedField } from "./merge";

export const LABELS: Record<MergedField, string> = {
  target: text.edit.target,
  alias: text.edit.alias,
  domain: text.edit.domain,
  title: text.edit.linkTitle,
  note: text.edit.note,
  externalId: text.edit.externalId,
  tags: text.edit.tags,
  startsAt: text.edit.startsAt,
  endsAt: text.edit.endsAt,
  maxClicks: text.edit.maxClicks,
  confirm: text.edit.confirm,
  fallback: text.edit.fallback,
  disabled: text.edit.disabled,
  redirectStatus: text.edit.redirectStatus,
  forwardQuery: text.edit.forwardQuery,
  forwardPath: text.edit.forwardPath,
  cardTitle: text.edit.cardTitle,
  cardDescription: text.edit.cardDescription,
  cardImage: text.edit.cardImage,
  strict: text.edit.strict,
  crawlable: text.edit.crawlable,
  owner: text.edit.owner,
  rules: text.rules.title,
};

/** The value of a field in words, empty if it has none. `zone` is that of the times in the form. */
export function fieldWords(form: LinkForm, field: Exclude<MergedField, "rules">, zone: string): string {
  switch (field) {
    case "startsAt":
    case "endsAt": {
      const at = utcOf(form[field], zone);
      return at === null ? form[field] : shortTime(at.utc);
    }
    case "redirectStatus":
      return text.edit.statuses[form.redirectStatus];
    case "forwardQuery":
      return text.edit.forwardQueries[form.forwardQuery];
    case "tags":
      return form.tags.join(", ");
    default: {
      const value = form[field];
      const { yes, no } = text.edit.conflict;
      return typeof value === "boolean" ? (value ? yes : no) : value;
    }
  }
}
