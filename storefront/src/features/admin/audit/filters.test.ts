import { describe, expect, it } from "vitest";
import { actorOf, fieldOf, momentOf, readAuditFilters } from "./filters";

const read = (address: string) => readAuditFilters(new URLSearchParams(address));

describe("the choices of the audit", () => {
  it("are read as the shop takes them", () => {
    expect(read("?actor=operator&kind=order&from=2026-11-21T02:38:00Z&cursor=abc")).toEqual({
      actor: "operator",
      kind: "order",
      from: "2026-11-21T02:38:00.000Z",
      cursor: "abc",
    });
    expect(read("?kind=unicorn&from=yesterday&to=")).toEqual({});
  });

  it("keep their times, whatever the zone", () => {
    const moment = "2026-11-21T02:38:00.000Z";
    expect(momentOf(fieldOf(moment))).toBe(moment);
    expect(fieldOf(undefined)).toBe("");
  });

  it("take a bare id for a user's", () => {
    const id = "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";
    expect(actorOf(id)).toBe(`user:${id}`);
    expect(actorOf(" policy:claims ")).toBe("policy:claims");
  });
});
