import { expect, it } from "vitest";
import { wholeNumber } from "./numbers";

it("reads whole numbers, whichever sign stands before them", () => {
  expect(wholeNumber(" 12 ")).toBe(12);
  expect(wholeNumber("+3")).toBe(3);
  expect(wholeNumber("-3")).toBe(-3);
  expect(wholeNumber("−3")).toBe(-3);
});

it("takes nothing else for one", () => {
  for (const text of ["", "1.5", "1e3", "--1", "three", "12345678901"]) {
    expect(wholeNumber(text)).toBeNull();
  }
});
