import { describe, expect, it } from "vitest";
import { stepsOf } from "./steps";

const order = { status: "pending", paid_at: null, shipments: [] };
const shown = (changes: Partial<Parameters<typeof stepsOf>[0]>) =>
  stepsOf({ ...order, ...changes }).map(({ name, state }) => `${name} ${state}`);

describe("the steps of an order", () => {
  it("go on one by one", () => {
    expect(shown({ status: "confirmed" })).toEqual([
      "Placed done",
      "Reserved done",
      "Paid current",
      "Shipped ahead",
      "Delivered ahead",
    ]);
    expect(shown({ status: "completed" }).at(-1)).toBe("Delivered done");
  });

  it("end where the order ended", () => {
    expect(shown({ status: "rejected" })).toEqual(["Placed done", "Not available stopped"]);
    expect(shown({ status: "cancelled", paid_at: "2026-01-01T00:00:00Z" })).toEqual([
      "Placed done",
      "Reserved done",
      "Paid done",
      "Cancelled stopped",
    ]);
  });
});
