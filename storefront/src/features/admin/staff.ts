import { hasRole, useMe } from "../../session/useMe";

/** Whether whoever looks may change something too: support may look. */
export function useMayAct(): boolean {
  return hasRole(useMe(), "admin");
}
