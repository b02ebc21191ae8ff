import { describe, expect, it } from "vitest";
import { Problem } from "./problem";
import { fieldErrors, wordsFor } from "./words";

describe("what people are told", () => {
  it("depends on the code", () => {
    expect(wordsFor(new Problem(401, "wrong_credentials"))).toMatch(/No account/);
    expect(wordsFor(new Problem(409, "something_new", { detail: "the mill stands still" }))).toBe(
      "the mill stands still",
    );
    expect(wordsFor(new Error("x is not a function"))).not.toMatch(/function/);
  });

  it("stands beside the field that it is about", () => {
    const problem = new Problem(422, "invalid", {
      errors: [
        { pointer: "/ship_to/name", code: "invalid", message: "must have 1 to 100 characters, not 0" },
        { pointer: "?min_price", code: "invalid", message: "must be a number" },
      ],
    });
    expect(fieldErrors(problem)).toEqual({
      "ship_to/name": "Please fill this in.",
      min_price: "Must be a number.",
    });
    expect(fieldErrors(null)).toEqual({});
  });
});
