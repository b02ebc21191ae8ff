import { describe, expect, it } from "vitest";
import { relative, timeBetween } from "./time";

const NOON = "2026-11-21T12:00:00Z";
const now = Date.parse(NOON);

describe("time", () => {
  it("is told in the largest unit that fits", () => {
    expect(relative("2026-11-21T11:59:50Z", now, "en")).toBe("10 seconds ago");
    expect(relative("2026-11-21T09:00:00Z", now, "en")).toBe("3 hours ago");
    expect(relative("2026-11-23T12:00:00Z", now, "en")).toBe("in 2 days");
    expect(relative(NOON, now, "en")).toBe("now");
  });

  it("between two moments is told shortly", () => {
    expect(timeBetween(NOON, "2026-11-21T12:00:00.021Z")).toBe("21 ms");
    expect(timeBetween(NOON, "2026-11-21T12:00:04.900Z")).toBe("4 s");
    expect(timeBetween(NOON, "2026-11-21T12:30:00Z")).toBe("30 min");
    expect(timeBetween(NOON, "2026-11-24T13:00:00Z")).toBe("3 d");
    expect(timeBetween(NOON, "2026-11-21T11:59:59Z")).toBe("0 ms");
  });
});
