import { describe, expect, it } from "vitest";
import { Problem } from "../../../api";
import { changeOf, differences, EMPTY_DRAFT, tidied } from "./draft";

describe("the form of a product", () => {
  it("asks for what differs, in minor units", () => {
    const before = { ...EMPTY_DRAFT, name: "Teapot", price: "20.00" };
    const after = { ...before, price: "21.5", images: ["https://a.example/1.jpg"] };
    const fields = differences(before, after);
    expect(changeOf(after, fields, "EUR")).toEqual({
      price: { amount: 2150, currency: "EUR" },
      images: ["https://a.example/1.jpg"],
    });
  });

  it("tells a price that is none as the shop would", () => {
    const typed = { ...EMPTY_DRAFT, price: "a lot" };
    expect(() => changeOf(typed, ["price"], "EUR")).toThrow(Problem);
  });

  it("drops what nobody meant to type", () => {
    const typed = { ...EMPTY_DRAFT, name: " Teapot ", images: ["", " https://a.example/1.jpg "] };
    expect(tidied(typed)).toMatchObject({ name: "Teapot", images: ["https://a.example/1.jpg"] });
  });
});
