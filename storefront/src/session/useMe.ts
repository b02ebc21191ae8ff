import { useQuery } from "@tanstack/react-query";
import { answer, api, isProblem, keys, renewedAt, type Account } from "../api";
import { ownCart } from "../features/cart/store";

/** Who is logged in; null for guests, undefined while that is not known yet. */
export function useMe(): Account | null | undefined {
  return useQuery({ queryKey: keys.me, queryFn: readMe, staleTime: 60_000 }).data;
}

async function readMe(): Promise<Account | null> {
  const me = await askWhoIAm();
  ownCart(me?.id ?? null);
  return me;
}

async function askWhoIAm(): Promise<Account | null> {
  if (renewedAt() === null) return null;
  try {
    return await answer(api.GET("/api/users/me"));
  } catch (error) {
    if (isProblem(error) && error.status === 401) return null;
    throw error;
  }
}

export function hasRole(me: Account | null | undefined, ...roles: string[]): boolean {
  return me?.roles.some((role) => roles.includes(role)) ?? false;
}

/** What to call somebody. */
export function nameOf(me: Account): string {
  return me.display_name ?? me.username ?? me.email ?? "Your account";
}
