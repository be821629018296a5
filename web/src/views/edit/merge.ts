import { comparable, type FormField, type LinkForm } from "./form";

/** Fields of a link that two people may change. */
export const MERGED_FIELDS = [
  "target",
  "alias",
  "domain",
  "title",
  "note",
  "externalId",
  "tags",
  "startsAt",
  "endsAt",
  "maxClicks",
  "confirm",
  "fallback",
  "disabled",
  "redirectStatus",
  "forwardQuery",
  "forwardPath",
  "cardTitle",
  "cardDescription",
  "cardImage",
  "strict",
  "crawlable",
  "owner",
  "rules",
] as const satisfies readonly FormField[];

export type MergedField = (typeof MERGED_FIELDS)[number];
export type Side = "mine" | "theirs";

/** A field that somebody changed. `both`: to different values. */
export interface Difference {
  field: MergedField;
  changedBy: Side | "both";
}

/** The fields in which my form or theirs differs from the version before, except where both made the same change. */
export function differences(before: LinkForm, mine: LinkForm, theirs: LinkForm): Difference[] {
  return MERGED_FIELDS.flatMap((field) => {
    const [old, my, their] = [before, mine, theirs].map((form) => comparable(form, field));
    if (my === their) return [];
    return [{ field, changedBy: my === old ? "theirs" : their === old ? "mine" : "both" } satisfies Difference];
  });
}

/** What is chosen unless somebody chooses: each change, and mine where both changed a field. */
export const firstChoice = ({ changedBy }: Difference): Side => (changedBy === "theirs" ? "theirs" : "mine");

/** The fields in which two forms differ. */
export function changedFields(before: LinkForm, after: LinkForm): MergedField[] {
  return MERGED_FIELDS.filter((field) => comparable(before, field) !== comparable(after, field));
}

/** My form with the fields that were chosen from theirs. */
export function merged(mine: LinkForm, theirs: LinkForm, choices: Partial<Record<MergedField, Side>>): LinkForm {
  const fields = MERGED_FIELDS.filter((field) => choices[field] === "theirs");
  return { ...mine, ...Object.fromEntries(fields.map((field) => [field, theirs[field]])) };
}
