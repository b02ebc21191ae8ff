import { afterEach, expect, it, vi } from "vitest";
import type { Product } from "../../../api";
import { draftOf } from "./draft";
import { save } from "./save";

const read: Product = {
  id: "p",
  version: 3,
  seller: { id: "s", shop_name: "Lanterns" },
  name: "Teapot",
  slug: "teapot",
  price: { amount: 2000, currency: "EUR" },
  images: [],
  status: "active",
  stock: "in",
  listed_at: "2026-01-01T00:00:00Z",
  changed_at: "2026-01-01T00:00:00Z",
};
const wanted = { ...draftOf(read), price: "21.00" };

/** A shop where the product is as `now` says. Answers the changes that it was asked for. */
function shop(now: Product): { version: string | null; body: unknown }[] {
  const changes: { version: string | null; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") return Response.json(now);
    const version = request.headers.get("If-Match");
    changes.push({ version, body: await request.json() });
    return version === `"${now.version}"`
      ? Response.json({ id: now.id, version: now.version + 1 })
      : Response.json({ code: "moved_on", status: 412 }, { status: 412 });
  });
  return changes;
}

afterEach(() => vi.unstubAllGlobals());

it("changes what was typed of the product that was read", async () => {
  const changes = shop(read);
  await expect(save(read, wanted)).resolves.toEqual({
    saved: { ...read, price: { amount: 2100, currency: "EUR" }, version: 4 },
  });
  expect(changes).toEqual([{ version: '"3"', body: { price: { amount: 2100, currency: "EUR" } } }]);
});

it("shows theirs where somebody was faster", async () => {
  const theirs = { ...read, name: "Blue teapot", version: 4 };
  const changes = shop(theirs);
  await expect(save(read, wanted)).resolves.toEqual({ theirs });
  expect(changes).toHaveLength(1);
});

it("goes on by itself where the product moved on, but not in what the form shows", async () => {
  const changes = shop({ ...read, status: "draft", version: 4 });
  await expect(save(read, wanted)).resolves.toMatchObject({ saved: { status: "draft", version: 5 } });
  expect(changes.map(({ version }) => version)).toEqual(['"3"', '"4"']);
});

it("is done where theirs is what was typed", async () => {
  const theirs = { ...read, price: { amount: 2100, currency: "EUR" }, version: 4 };
  const changes = shop(theirs);
  await expect(save(read, wanted)).resolves.toEqual({ saved: theirs });
  expect(changes).toHaveLength(1);
});
