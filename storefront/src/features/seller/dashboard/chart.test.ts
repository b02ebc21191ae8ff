import { describe, expect, it } from "vitest";
import { daysOf, ticksTo } from "./chart";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const row = (day: string, amount: number, currency = "EUR") => ({
  day,
  orders: 1,
  amount: { amount, currency },
});

describe("the days of a chart", () => {
  it("are as many as asked for, today the last, with nothing where nothing came in", () => {
    const days = daysOf([row("2026-02-28", 500)], 3, NOON).get("EUR");
    expect(days?.map(({ day, amount }) => [day, amount])).toEqual([
      ["2026-02-27", 0],
      ["2026-02-28", 500],
      ["2026-03-01", 0],
    ]);
  });

  it("keep currencies apart, which cannot be summed", () => {
    const days = daysOf([row("2026-03-01", 500), row("2026-03-01", 700, "CHF")], 1, NOON);
    expect([...days].map(([currency, [day]]) => [currency, day?.amount])).toEqual([
      ["CHF", 700],
      ["EUR", 500],
    ]);
  });

  it("are none where nothing was sold", () => {
    expect(daysOf([], 30, NOON).size).toBe(0);
  });
});

describe("the lines of a chart", () => {
  it("are at round amounts and leave room for the highest bar", () => {
    expect(ticksTo(17_850)).toEqual([0, 5000, 10_000, 15_000, 20_000]);
    expect(ticksTo(20_000)).toEqual([0, 5000, 10_000, 15_000, 20_000]);
    expect(ticksTo(101)).toEqual([0, 50, 100, 150]);
  });

  it("are never at parts of a minor unit", () => {
    expect(ticksTo(1)).toEqual([0, 1]);
    expect(ticksTo(3)).toEqual([0, 1, 2, 3]);
    expect(ticksTo(0)).toEqual([0]);
  });
});
