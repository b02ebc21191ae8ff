import { describe, expect, it } from "vitest";
import { arrivedSince } from "./arrivals";

const order = (id: string, status = "confirmed") => ({ id, status });

describe("orders that come in", () => {
  it("are none at first sight", () => {
    expect(arrivedSince(null, [order("a")]).arrived).toEqual([]);
  });

  it("are told of once, as soon as their stock is reserved", () => {
    const first = arrivedSince(null, [order("a")]);
    const second = arrivedSince(first.seen, [order("b", "pending"), order("a", "paid")]);
    expect(second.arrived).toEqual([]);
    const third = arrivedSince(second.seen, [order("b"), order("a", "paid")]);
    expect(third.arrived).toEqual([order("b")]);
    expect(arrivedSince(third.seen, [order("b", "paid")]).arrived).toEqual([]);
  });

  it("are not those that come to nothing", () => {
    const { seen } = arrivedSince(null, []);
    expect(arrivedSince(seen, [order("a", "rejected")]).arrived).toEqual([]);
  });
});
