// What the rest of the storefront may use to talk to the shop.
export { answer, api, named, onlyIf } from "./client";
export { isDemo } from "./demo";
export { keys, PERSONAL } from "./keys";
export type { LiveEvent, LiveEvents, LiveName, LiveState } from "./live/events";
export { joinLive } from "./live/shared";
export { isProblem, Problem } from "./problem";
export { beginSession, endSession, onSession, renewedAt, type SessionEvent } from "./session";
export type * from "./types";
export { isWaiting, onWaiting } from "./waiting";
export { fieldErrors, wordsFor } from "./words";
