import { describe, expect, it } from "vitest";
import type { DeadLetter } from "../../../api";
import { outcomeOf, type Asked } from "./outcomes";

const asked: Asked = { group: "orders_g1", id: "order:a:1", wish: "retry", attempts: 3 };

function letter(rest: Partial<DeadLetter>): DeadLetter {
  const at = "2026-11-21T02:38:21Z";
  return {
    id: asked.id,
    group: asked.group,
    aggregate: "order:a",
    version: 1,
    type: "order.placed",
    error: "",
    attempts: 3,
    waiting: 1,
    first_failed_at: at,
    last_failed_at: at,
    asked: false,
    data: {},
    ...rest,
  };
}

describe("what becomes of a letter", () => {
  it("is open until its consumer has tried", () => {
    expect(outcomeOf(asked, [letter({ asked: true })])).toBe("waiting");
    expect(outcomeOf(asked, [letter({})])).toBe("waiting");
  });

  it("is good when it is gone", () => {
    expect(outcomeOf(asked, [letter({ group: "products_g1" })])).toBe("settled");
  });

  it("is bad when it is there again", () => {
    expect(outcomeOf(asked, [letter({ attempts: 4 })])).toBe("failed");
  });
});
