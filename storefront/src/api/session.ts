import { Problem } from "./problem";

// The session itself is in cookies that no script can read. What is kept here is that there is one, and when it was last
// renewed: then a guest's page asks for nothing in vain, and tabs do not renew what another has just renewed.
const KEY = "millrace.session";
const LOCK = "millrace-session";
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(LOCK) : null;

/** `begun` by a login, `renewed` in time or late, `over` for the shop, `left` by its owner. */
export type SessionEvent = "begun" | "renewed" | "over" | "left";
const listeners = new Set<(event: SessionEvent) => void>();

channel?.addEventListener("message", ({ data }: MessageEvent<SessionEvent>) => hear(data));

/** When the session was last renewed, in milliseconds of the epoch; null for guests. */
export function renewedAt(): number | null {
  const noted = localStorage.getItem(KEY);
  return noted === null ? null : Number(noted);
}

/** A login has succeeded. */
export function beginSession(): void {
  noteRenewal();
  tell("begun");
}

/** The session is no more. */
export function endSession(how: "over" | "left"): void {
  if (renewedAt() === null && how === "over") return;
  localStorage.removeItem(KEY);
  tell(how);
}

/** Hears of logins and logouts in any tab. */
export function onSession(listener: (event: SessionEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let flight: Promise<boolean> | null = null;

/**
 * Renews the session unless that was done after `since`, at most once at a time in the whole browser. Answers whether there
 * is a session afterwards.
 */
export function renewSession(since: number): Promise<boolean> {
  flight ??= exclusively(() => renew(since)).finally(() => {
    flight = null;
  });
  return flight;
}

async function renew(since: number): Promise<boolean> {
  const renewed = renewedAt();
  if (renewed === null) return false;
  if (renewed > since) return true;
  const response = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "X-Requested-With": "storefront" },
  }).catch(() => {
    throw Problem.unreachable();
  });
  if (response.ok) {
    noteRenewal();
    tell("renewed");
    return true;
  }
  if (response.status !== 401) throw Problem.of(response, await response.json().catch(() => null));
  endSession("over");
  return false;
}

// Without Web Locks tabs may renew side by side: within ten seconds the shop gives all of them the same successor.
async function exclusively(work: () => Promise<boolean>): Promise<boolean> {
  return "locks" in navigator ? navigator.locks.request(LOCK, work) : work();
}

function noteRenewal(): void {
  localStorage.setItem(KEY, String(Date.now()));
}

function tell(event: SessionEvent): void {
  channel?.postMessage(event);
  hear(event);
}

function hear(event: SessionEvent): void {
  listeners.forEach((listener) => listener(event));
}
