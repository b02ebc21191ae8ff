import type { Consumer, Consumers, Feed } from "../../../api";

/** One reason to look closer. */
export interface Trouble {
  /** The consumer; null where it is about all of them. */
  consumer: string | null;
  words: string;
  look: "bad" | "warn";
}

/** Consumers look at the log once a second; where that is longer ago, none runs. */
const SILENT_MILLISECONDS = 10_000;

/** What stands still, or will before long, the worst first. */
export function troubles({ items, measured_at }: Consumers, now: number): Trouble[] {
  const found: Trouble[] = [];
  if (!measured_at || now - Date.parse(measured_at) > SILENT_MILLISECONDS) {
    found.push({ consumer: null, words: "No consumer runs: nothing follows the log.", look: "bad" });
  }
  for (const one of items) {
    const { consumer, state, held, dead } = one;
    if (state === "faulty") found.push({ consumer, words: "stands still over a fault.", look: "bad" });
    if (state === "stopped" && found[0]?.consumer !== null) {
      found.push({ consumer, words: `has ${unowned(one)} that nobody works on.`, look: "bad" });
    }
    if (state === "paused") found.push({ consumer, words: "is paused.", look: "warn" });
    if (dead > 0) found.push({ consumer, words: `has ${plural(dead, "dead letter")}.`, look: "bad" });
    else if (held > 0) {
      found.push({ consumer, words: `tries ${plural(held, "failing aggregate")} again.`, look: "warn" });
    }
  }
  return found.sort((a, b) => Number(b.look === "bad") - Number(a.look === "bad"));
}

function unowned({ feeds }: Consumer): string {
  return plural(feeds.filter(({ owner }) => !owner).length, "feed");
}

export function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** A consumer's name in its parts: `orders_g2` is the second generation of the read model `orders`. */
export function partsOf(consumer: string): { name: string; generation: number | null } {
  const match = /^(.+)_g(\d+)$/.exec(consumer);
  return match?.[1] ? { name: match[1], generation: Number(match[2]) } : { name: consumer, generation: null };
}

/** Whether another generation of the same read model is there too: one of them is being built. */
export function beside({ consumer }: Consumer, all: Consumer[]): boolean {
  const { name, generation } = partsOf(consumer);
  return (
    generation !== null &&
    all.some((other) => other.consumer !== consumer && partsOf(other.consumer).name === name)
  );
}

/** How much of its feeds it has settled, from 0 to 1. */
export function settledShare({ feeds }: Consumer): number {
  const head = feeds.reduce((sum, feed) => sum + feed.head, 0);
  const settled = feeds.reduce((sum, feed) => sum + feed.position, 0);
  return head === 0 ? 1 : settled / head;
}

/** The feeds of a consumer, a row for each category. */
export function rowsOf({ feeds }: Consumer): [category: string, feeds: Feed[]][] {
  const rows = new Map<string, Feed[]>();
  for (const feed of feeds) rows.set(feed.category, [...(rows.get(feed.category) ?? []), feed]);
  return [...rows];
}

/** Who works on it, and on how many of its feeds. */
export function ownersOf({ feeds }: Consumer): [owner: string, feeds: number][] {
  const counts = new Map<string, number>();
  for (const { owner } of feeds) if (owner) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts];
}
