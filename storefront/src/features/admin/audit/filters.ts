import { KINDS } from "../events/references";

/** What was chosen in the audit. Times are as the shop takes them: RFC 3339, UTC. */
export interface AuditFilters {
  actor?: string;
  kind?: string;
  from?: string;
  to?: string;
  cursor?: string;
}

export function readAuditFilters(search: URLSearchParams): AuditFilters {
  const filters: AuditFilters = {};
  const actor = search.get("actor")?.trim().slice(0, 200);
  const kind = KINDS.find((known) => known === search.get("kind"));
  const cursor = search.get("cursor");
  if (actor) filters.actor = actor;
  if (kind) filters.kind = kind;
  for (const name of ["from", "to"] as const) {
    const moment = momentOf(search.get(name));
    if (moment) filters[name] = moment;
  }
  if (cursor) filters.cursor = cursor;
  return filters;
}

/** The moment that somebody has chosen, by the clock on their wall. Null where it is none. */
export function momentOf(chosen: string | null | undefined): string | null {
  const at = chosen ? new Date(chosen) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

/** A moment as a field for times has it, by the clock on the wall: to the minute, and without a zone. */
export function fieldOf(moment: string | undefined): string {
  if (!moment) return "";
  const at = new Date(moment);
  const wall = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return wall.toISOString().slice(0, 16);
}

/** `<id>` alone is a user's. */
export function actorOf(typed: string): string {
  const actor = typed.trim();
  return /^[0-9a-f-]{36}$/.test(actor) ? `user:${actor}` : actor;
}
