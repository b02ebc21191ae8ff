import { describe, expect, it } from "vitest";
import { aggregateIn, aggregateOf, historyPath, referenceIn, twinOf } from "./references";

const id = "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";

describe("references", () => {
  it("are found in whatever was pasted", () => {
    expect(aggregateIn(` ${id} `, "product")).toEqual({ kind: "product", id });
    expect(aggregateIn(`order:${id}:3`, "product")).toEqual({ kind: "order", id });
    expect(aggregateIn(`inventory:{b}:${id}`, "product")).toEqual({ kind: "inventory", id });
    expect(aggregateIn(`https://shop.example/orders/${id.toUpperCase()}`, "user")).toEqual({
      kind: "order",
      id,
    });
    expect(aggregateIn(`/admin/events/claim/${id}?version=2`, "user")).toEqual({ kind: "claim", id });
    expect(aggregateIn("teapot", "product")).toBeNull();
  });

  it("are told by the field that they are in", () => {
    expect(referenceIn("seller", id)).toEqual({ kind: "user", id });
    expect(referenceIn("name", "Teapot")).toBeNull();
    expect(referenceIn("session", id)).toBeNull();
  });

  it("lead to histories", () => {
    expect(historyPath(aggregateOf(`order:${id}`), 3)).toBe(`/admin/events/order/${id}?version=3`);
    expect(twinOf({ kind: "product", id })).toEqual({ kind: "inventory", id });
    expect(twinOf({ kind: "claim", id })).toBeNull();
  });
});
