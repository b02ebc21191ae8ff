import { describe, expect, it } from "vitest";
import { readUserFilters } from "./filters";

const read = (address: string) => readUserFilters(new URLSearchParams(address));

describe("the users in the address", () => {
  it("are read as the shop takes them", () => {
    expect(read("?q=anna&role=seller&suspended=false&cursor=abc")).toEqual({
      q: "anna",
      role: "seller",
      suspended: false,
      cursor: "abc",
    });
  });

  it("are all of them where the choices make no sense", () => {
    expect(read("?q=%20&role=king&suspended=perhaps")).toEqual({});
  });
});
