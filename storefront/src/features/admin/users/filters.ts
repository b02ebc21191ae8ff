import type { RoleName } from "../../../api";

export const ROLES: readonly RoleName[] = ["buyer", "seller", "support", "admin"];
/** `seller` comes with a shop alone. */
export const GRANTED: readonly RoleName[] = ["buyer", "support", "admin"];

export interface UserFilters {
  q?: string;
  role?: RoleName;
  suspended?: boolean;
  cursor?: string;
}

export function readUserFilters(search: URLSearchParams): UserFilters {
  const filters: UserFilters = {};
  const q = search.get("q")?.trim().slice(0, 200);
  const role = ROLES.find((known) => known === search.get("role"));
  const suspended = search.get("suspended");
  const cursor = search.get("cursor");
  if (q) filters.q = q;
  if (role) filters.role = role;
  if (suspended === "true" || suspended === "false") filters.suspended = suspended === "true";
  if (cursor) filters.cursor = cursor;
  return filters;
}
