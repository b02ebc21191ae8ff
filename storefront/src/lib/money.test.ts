import { describe, expect, it } from "vitest";
import { decimal, formatMoney, sum, times, toMinor } from "./money";

const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("money", () => {
  it("puts the point where the currency has it", () => {
    expect(formatMoney({ amount: 1999, currency: "EUR" }, "en")).toBe("€19.99");
    expect(plain(formatMoney({ amount: 123456, currency: "EUR" }, "de"))).toBe("1.234,56 €");
  });

  it("knows currencies without minor units, and with a thousand of them", () => {
    expect(formatMoney({ amount: 1999, currency: "JPY" }, "en")).toBe("¥1,999");
    expect(plain(formatMoney({ amount: 1999, currency: "KWD" }, "en"))).toBe("KWD 1.999");
    expect(plain(formatMoney({ amount: 1999, currency: "IQD" }, "en"))).toBe("IQD 1.999");
  });

  it("writes less than one unit", () => {
    expect(formatMoney({ amount: 5, currency: "EUR" }, "en")).toBe("€0.05");
    expect(decimal(0, 2)).toBe("0.00");
    expect(decimal(7, 0)).toBe("7");
  });

  it("reads what people type without rounding", () => {
    expect(toMinor("19.99", "EUR")).toBe(1999);
    expect(toMinor("19,9", "EUR")).toBe(1990);
    expect(toMinor("4.35", "EUR")).toBe(435);
    expect(toMinor("20", "JPY")).toBe(20);
    expect(toMinor("20.5", "JPY")).toBeNull();
    expect(toMinor("19.999", "EUR")).toBeNull();
    expect(toMinor("cheap", "EUR")).toBeNull();
  });

  it("adds up in minor units", () => {
    const cup = { amount: 1999, currency: "EUR" };
    expect(sum([times(cup, 3), { amount: 1, currency: "EUR" }])).toEqual({ amount: 5998, currency: "EUR" });
    expect(sum([])).toBeNull();
  });
});
