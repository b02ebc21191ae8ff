import type { Stock, StockNumbers } from "../types";

/** What the shop tells live. To hear of more, name it here and say in src/live/effects.ts what follows from it. */
export interface LiveEvents {
  order: { id: string; version: number; type: string; status: string; at: string };
  /** The numbers are told to the product's seller alone. */
  stock: { product_id: string; stock: Stock; stock_exact?: StockNumbers; at: string };
  /** Somebody wrote about the order of this id. */
  message: { id: string };
  /** Somebody else in the order of this id is writing. */
  typing: { id: string; party: string; seller_id: string | null };
  /** Something may have been missed: read anew what is on the screen. */
  reset: { reason: string };
}

export type LiveName = keyof LiveEvents;
export type LiveEvent = { [Name in LiveName]: { name: Name; data: LiveEvents[Name] } }[LiveName];

export const LIVE_NAMES: readonly LiveName[] = ["order", "stock", "message", "typing", "reset"];

/** `open` while events arrive; `reconnecting` once they do not. */
export type LiveState = "connecting" | "open" | "reconnecting";

export interface Hearing {
  event: (event: LiveEvent) => void;
  state: (state: LiveState) => void;
}
