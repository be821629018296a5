/** The filters of the audit log, as the address has them. */
export interface AuditFilter {
  /** The first and the last day, where the person is: `2026-11-21`. */
  from: string;
  to: string;
  subject: string;
  principal: string;
}

export const NO_FILTER: AuditFilter = { from: "", to: "", subject: "", principal: "" };

export function filterOf(query: URLSearchParams): AuditFilter {
  const value = (name: keyof AuditFilter) => query.get(name) ?? "";
  return { from: value("from"), to: value("to"), subject: value("subject"), principal: value("principal") };
}

export interface AuditQuery {
  from?: string;
  to?: string;
  subject?: string;
  principal?: string;
}

/** The parameters of the API. A day that is no day is left out. */
export function queryOf({ from, to, subject, principal }: AuditFilter): AuditQuery {
  const query: AuditQuery = {};
  const start = midnight(from, 0);
  const end = midnight(to, 1);
  if (start !== null) query.from = start;
  if (end !== null) query.to = end;
  if (subject.trim() !== "") query.subject = subject.trim();
  if (principal !== "") query.principal = principal;
  return query;
}

/** Whether the last day is before the first. */
export function isReversed({ from, to }: AuditFilter): boolean {
  return from !== "" && to !== "" && to < from;
}

/** The local midnight at which a day begins, `later` days after it. */
function midnight(day: string, later: number): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (match === null) return null;
  const [, year, month, date] = match.map(Number);
  // While somebody types a year, it is one of antiquity.
  if (year === undefined || year < 2_000) return null;
  const start = new Date(year, (month ?? 1) - 1, (date ?? 1) + later);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}
