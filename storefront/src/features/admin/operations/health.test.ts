import { describe, expect, it } from "vitest";
import type { Consumer } from "../../../api";
import { beside, ownersOf, partsOf, settledShare, troubles } from "./health";

const at = "2026-11-21T02:38:21Z";
const now = Date.parse(at) + 1000;

function consumer(name: string, rest: Partial<Consumer> = {}): Consumer {
  const feed = { category: "order", partition: 0, position: 6, head: 8, lag_events: 2, owner: "1-a" };
  return {
    consumer: name,
    state: "working",
    lag_events: 2,
    held: 0,
    dead: 0,
    faults: [],
    feeds: [feed, { ...feed, partition: 1, position: 2, head: 2, lag_events: 0, owner: null }],
    ...rest,
  };
}

describe("the health of consumers", () => {
  it("is good while all work, however far behind", () => {
    expect(troubles({ measured_at: at, items: [consumer("mailer")] }, now)).toEqual([]);
  });

  it("names what stands still, the worst first", () => {
    const items = [
      consumer("mailer", { state: "paused" }),
      consumer("orders_g1", { state: "stopped" }),
      consumer("products_g1", { held: 3, dead: 2 }),
      consumer("users_g1", { held: 1 }),
    ];
    expect(
      troubles({ measured_at: at, items }, now).map(({ consumer, words }) => `${consumer} ${words}`),
    ).toEqual([
      "orders_g1 has 1 feed that nobody works on.",
      "products_g1 has 2 dead letters.",
      "mailer is paused.",
      "users_g1 tries 1 failing aggregate again.",
    ]);
  });

  it("is told once where nothing runs at all", () => {
    const items = [consumer("mailer", { state: "stopped" }), consumer("orders_g1", { state: "stopped" })];
    expect(troubles({ measured_at: at, items }, now + 60_000)).toHaveLength(1);
    expect(troubles({ measured_at: null, items: [] }, now)).toHaveLength(1);
  });

  it("knows generations", () => {
    expect(partsOf("orders_g12")).toEqual({ name: "orders", generation: 12 });
    expect(partsOf("order-fulfilment")).toEqual({ name: "order-fulfilment", generation: null });
    const [first, next, mailer] = [consumer("orders_g1"), consumer("orders_g2"), consumer("mailer")] as const;
    expect(beside(next, [first, next, mailer])).toBe(true);
    expect(beside(mailer, [first, mailer])).toBe(false);
  });

  it("counts what is settled, and who works", () => {
    expect(settledShare(consumer("mailer"))).toBe(0.8);
    expect(settledShare(consumer("mailer", { feeds: [] }))).toBe(1);
    expect(ownersOf(consumer("mailer"))).toEqual([["1-a", 1]]);
  });
});
