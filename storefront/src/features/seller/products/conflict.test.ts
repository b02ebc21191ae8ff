import { describe, expect, it } from "vitest";
import { contestedFields, needsDecision, onTop } from "./conflict";
import { EMPTY_DRAFT, type Draft } from "./draft";

const base: Draft = { ...EMPTY_DRAFT, name: "Teapot", price: "20.00", category: "Kitchen" };
const shown = (theirs: Partial<Draft>, mine: Partial<Draft>) =>
  contestedFields(base, { ...base, ...theirs }, { ...base, ...mine }).map(
    ({ field, by }) => `${field} ${by}`,
  );
const decided = (theirs: Partial<Draft>, mine: Partial<Draft>) =>
  needsDecision(base, { ...base, ...theirs }, { ...base, ...mine });

describe("a product that was changed meanwhile", () => {
  it("shows each field that is not as it was, and who changed it", () => {
    expect(shown({ name: "Blue teapot", price: "21.00" }, { name: "Red teapot", category: "Tea" })).toEqual([
      "name both",
      "price them",
      "category me",
    ]);
  });

  it("leaves nothing to decide where both typed the same, or nothing that is typed here", () => {
    expect(shown({ price: "21.00" }, { price: "21.00" })).toEqual([]);
    expect(decided({ price: "21.00" }, { price: "21.00" })).toBe(false);
    expect(decided({}, { price: "21.00" })).toBe(false);
    expect(decided({ name: "Blue teapot" }, { price: "21.00" })).toBe(true);
  });

  it("keeps what was typed on top of theirs", () => {
    const theirs = { ...base, name: "Blue teapot", price: "21.00", images: ["https://a.example/1.jpg"] };
    const mine = { ...base, name: "Red teapot", description: "Holds a litre." };
    expect(onTop(base, theirs, mine)).toEqual({
      name: "Red teapot",
      price: "21.00",
      category: "Kitchen",
      description: "Holds a litre.",
      images: ["https://a.example/1.jpg"],
    });
  });
});
