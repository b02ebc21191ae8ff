import createClient from "openapi-fetch";
import { Problem } from "./problem";
import type { paths } from "./schema";
import { send } from "./send";

/** Every operation of openapi.json, typed. Wrap calls in `answer`. */
export const api = createClient<paths>({ baseUrl: globalThis.location.origin, fetch: send });

/** The body of a good answer; any other is thrown as a `Problem`. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw Problem.of(response, error);
  return data as T;
}

/** Headers that give a command the name of an attempt, so that repeating it does nothing twice. */
export function named(attempt: string): { "Idempotency-Key": string } {
  return { "Idempotency-Key": attempt };
}

/** Headers that let a change happen only to what was seen. */
export function onlyIf(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
