/** The address of the login page that leads back to `path`. */
export function loginPath(path: string): string {
  return path === "/" ? "/login" : `/login?return=${encodeURIComponent(path)}`;
}

/** Where a login leads: a path of this shop, whatever the address bar says. */
export function returnPath(search: URLSearchParams): string {
  const path = search.get("return") ?? "/";
  return /^\/(?![/\\])/.test(path) ? path : "/";
}
