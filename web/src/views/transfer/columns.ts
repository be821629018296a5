// Which column of a file is which field of a link.

/** The fields that a column of any file can be. */
export const CHOICES = [
  "target",
  "alias",
  "title",
  "tags",
  "note",
  "domain",
  "created_at",
  "starts_at",
  "ends_at",
  "clicks",
  "max_clicks",
  "redirect_status",
  "fallback",
  "external_id",
  "password",
  "disabled",
] as const;

/** The other fields of hop's own exports. */
const OWN = [
  "owner",
  "rules",
  "card",
  "blocked",
  "confirm",
  "forward_query",
  "forward_path",
  "strict",
  "crawlable",
  "has_password",
  "password_hash",
  "reuse",
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "utm_term",
  "utm_content",
  "utm_id",
] as const;

/** Fields of hop's exports that an import ignores. */
const IGNORED = ["id", "short_url", "updated_at", "state", "version"];

/** Columns that the dashboard adds to the file of rejected rows. */
export const REJECTED = ["hop_line", "hop_reason"] as const;

export type Field = (typeof CHOICES)[number] | (typeof OWN)[number];
/** The field of each column; `null` for a column that is not imported. */
export type Mapping = readonly (Field | null)[];

const FIELDS: readonly string[] = [...CHOICES, ...OWN];

/** Names of columns that other programs use, in letters and digits only. The first that matches wins. */
const NAMES: Record<(typeof CHOICES)[number], readonly string[]> = {
  target: [
    "target",
    "longurl",
    "targeturl",
    "destinationurl",
    "destination",
    "originalurl",
    "redirecturl",
    "redirectto",
    "longlink",
    "original",
    "link",
    "url",
    "address",
    "ziel",
    "zieladresse",
  ],
  alias: [
    "alias",
    "slug",
    "backhalf",
    "keyword",
    "shortcode",
    "shortname",
    "short",
    "code",
    "path",
    "hash",
    "key",
    "shorturl",
    "shortlink",
    "kurzlink",
  ],
  title: ["title", "name", "label", "titel", "description"],
  tags: ["tags", "tag", "labels", "categories", "category", "campaign"],
  note: ["note", "notes", "comment", "comments", "notiz", "description"],
  domain: ["domain", "host", "hostname", "customdomain"],
  created_at: ["createdat", "created", "datecreated", "creationdate", "timestamp", "date", "createdon", "erstellt"],
  starts_at: ["startsat", "validsince", "startdate", "start", "activefrom", "publishedat"],
  ends_at: [
    "endsat",
    "validuntil",
    "expiresat",
    "expires",
    "expiration",
    "expirationdate",
    "enddate",
    "expiry",
    "ends",
  ],
  clicks: ["clicks", "visits", "hits", "visitscount", "visitcount", "totalclicks", "clickcount"],
  max_clicks: ["maxclicks", "maxvisits", "clicklimit"],
  redirect_status: ["redirectstatus", "redirectcode", "statuscode", "redirecttype"],
  fallback: ["fallback", "expiredurl", "fallbackurl", "expirationredirecturl"],
  external_id: ["externalid", "externalref"],
  password: ["password"],
  disabled: ["disabled", "archived", "banned"],
};

/** Whether a file has the columns of hop's own CSV: all of them are known by name. */
export function isOwnFormat(header: readonly string[]): boolean {
  const known = (name: string) => FIELDS.includes(name) || IGNORED.includes(name) || isRejectedColumn(name);
  return header.includes("target") && header.every(known);
}

/** Whether `'` before a formula is hop's: in its own CSV, and in files of rejected rows. */
export function isGuarded(header: readonly string[]): boolean {
  return isOwnFormat(header) || header.some(isRejectedColumn);
}

function isRejectedColumn(name: string): boolean {
  return REJECTED.some((column) => column === name);
}

/** The mapping of hop's own CSV. */
export function ownMapping(header: readonly string[]): Mapping {
  return header.map((name) => (FIELDS.includes(name) ? (name as Field) : null));
}

/** The mapping that the names of the columns, and the first rows, suggest. Each field is used once. */
export function guessMapping(header: readonly string[], sample: readonly (readonly string[])[]): Mapping {
  const mapping: (Field | null)[] = header.map(() => null);
  const plain = header.map((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
  for (const field of CHOICES) {
    const names = NAMES[field];
    const found = names.map((name) => plain.indexOf(name)).find((index) => index >= 0 && mapping[index] === null);
    if (found !== undefined) mapping[found] = field;
  }
  if (!mapping.includes("target")) {
    const index = header.findIndex((_, column) => mapping[column] === null && isMostlyAddresses(sample, column));
    if (index >= 0) mapping[index] = "target";
  }
  // A column `link` or `url` may hold short links while another one holds the targets.
  return swapShortLinks(mapping, sample);
}

function isMostlyAddresses(sample: readonly (readonly string[])[], column: number): boolean {
  const filled = sample.map((cells) => cells[column]?.trim() ?? "").filter((cell) => cell !== "");
  return filled.length > 0 && filled.filter((cell) => /^https?:\/\//i.test(cell)).length * 2 > filled.length;
}

/** If the addresses of `target` are all shorter than those of another unused column of addresses, they are short links. */
function swapShortLinks(mapping: readonly (Field | null)[], sample: readonly (readonly string[])[]): Mapping {
  const target = mapping.indexOf("target");
  if (target < 0 || mapping.includes("alias")) return mapping;
  const other = mapping.findIndex((field, column) => field === null && isMostlyAddresses(sample, column));
  if (other < 0) return mapping;
  const isShorter = (cells: readonly string[]) => (cells[target]?.length ?? 0) < (cells[other]?.length ?? 0);
  if (!sample.every(isShorter)) return mapping.map((field, column) => (column === other ? "alias" : field));
  return mapping.map((field, column) => (column === other ? "target" : column === target ? "alias" : field));
}
