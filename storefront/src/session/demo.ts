import { isDemo, keys } from "../api";

/** Whether this is a demo shop. */
export const demoQuery = { queryKey: keys.demo, queryFn: isDemo, staleTime: Infinity, retry: false };
