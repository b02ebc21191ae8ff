import { describe, expect, it } from "vitest";
import { priceChoice, readFilters, withChoices } from "./filters";

const read = (address: string) => readFilters(new URLSearchParams(address));

describe("the choices in the address", () => {
  it("are read as the shop takes them", () => {
    expect(read("?q=tea%20pot&category=Kitchen&min_price=100&in_stock=true&sort=-price&cursor=abc")).toEqual({
      q: "tea pot",
      category: "Kitchen",
      min_price: 100,
      in_stock: true,
      sort: "-price",
      cursor: "abc",
    });
  });

  it("are left out where they make no sense", () => {
    expect(read("?min_price=cheap&sort=luck&in_stock=maybe&q=%20")).toEqual({});
    expect(read("?sort=relevance")).toEqual({});
  });

  it("begin at the first page when one changes", () => {
    const search = new URLSearchParams("?q=tea&cursor=abc");
    expect(withChoices(search, { category: "Kitchen" })).toBe("?q=tea&category=Kitchen");
    expect(withChoices(search, { q: null })).toBe("");
  });

  it("hold prices in minor units", () => {
    expect(priceChoice("12.50", "EUR")).toBe("1250");
    expect(priceChoice("12", "JPY")).toBe("12");
    expect(priceChoice("x", "EUR")).toBeNull();
  });
});
