import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../../api";
import { momentsOf } from "./standing";

const euros = (amount: number) => ({ amount, currency: "EUR" });

function history(...events: [type: string, data: object][]) {
  return momentsOf(
    events.map(([type, data], place): StoredEvent => {
      const at = "2026-11-21T02:38:21.301Z";
      return { kind: "order", id: "", version: place + 1, type, schema: 1, at, actor: "", command: "", data };
    }),
  );
}

describe("how an aggregate stands", () => {
  it("adds up stock", () => {
    const moments = history(
      ["inventory.received", { quantity: 12 }],
      ["inventory.reserved", { order: "a", quantity: 3 }],
      ["inventory.committed", { order: "a", quantity: 3 }],
      ["inventory.adjusted", { delta: -2, reason: "broken" }],
    );
    expect(moments[1]?.standing).toEqual({ "On hand": 12, Reserved: 3, Available: 9 });
    expect(moments[2]?.changes).toEqual([
      { name: "On hand", before: 12, after: 9 },
      { name: "Reserved", before: 3, after: 0 },
    ]);
    expect(moments[3]?.standing).toEqual({ "On hand": 7, Reserved: 0, Available: 7 });
  });

  it("follows an order of two sellers", () => {
    const moments = history(
      [
        "order.placed",
        {
          lines: [
            { seller: "a", quantity: 2 },
            { seller: "b", quantity: 1 },
          ],
          total: euros(300),
        },
      ],
      ["order.paid", { attempt: 1, amount: euros(300) }],
      ["order.shipped", { seller: "a" }],
      ["order.shipped", { seller: "b" }],
      ["order.delivered", { seller: "a" }],
      ["order.refunded", { number: 1, amount: euros(100) }],
      ["order.refunded", { number: 2, amount: euros(50) }],
    );
    expect(moments.map(({ standing }) => standing.Status)).toEqual([
      "placed",
      "paid",
      "partly shipped",
      "shipped",
      "shipped",
      "shipped",
      "shipped",
    ]);
    expect(moments.at(-1)?.standing).toMatchObject({ Units: 3, "Money given back": euros(150) });
  });

  it("keeps what a change of details does not name", () => {
    const [, changed] = history(
      ["product.listed", { name: "Teapot", category: "Kitchen", price: euros(1999), images: [] }],
      ["product.details_changed", { name: "Blue teapot" }],
    );
    expect(changed?.changes).toEqual([{ name: "Name", before: "Teapot", after: "Blue teapot" }]);
    expect(changed?.standing).toMatchObject({ Category: "Kitchen", Price: euros(1999) });
  });

  it("is not moved by what nobody knows", () => {
    const [, odd, closed] = history(
      ["inventory.received", { quantity: 1 }],
      ["inventory.counted", {}],
      ["inventory.carried_forward", { on_hand: 1 }],
    );
    expect(odd?.changes).toEqual([]);
    expect(closed?.changes).toEqual([]);
  });
});
