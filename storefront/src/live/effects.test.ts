import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys, type StockNumbers } from "../api";
import { follow, withStock } from "./effects";

describe("what is told live", () => {
  it("changes the stock of one product wherever it is shown", () => {
    const client = new QueryClient();
    const cup = { id: "cup", stock: "in" };
    const jug = { id: "jug", stock: "in" };
    client.setQueryData(keys.product("cup"), cup);
    client.setQueryData(keys.productList({}), { items: [cup, jug], next_cursor: "more" });
    client.setQueryData(keys.productsById(["cup"]), [cup]);

    follow(client, { name: "stock", data: { product_id: "cup", stock: "out", at: "" } });
    const out = { id: "cup", stock: "out" };
    expect(client.getQueryData(keys.product("cup"))).toEqual(out);
    expect(client.getQueryData(keys.productList({}))).toEqual({ items: [out, jug], next_cursor: "more" });
    expect(client.getQueryData(keys.productsById(["cup"]))).toEqual([out]);
  });

  it("counts a seller's own stock, unless a later count is known", () => {
    const client = new QueryClient();
    const counted = (available: number, version: number) => ({
      on_hand: available,
      reserved: 0,
      available,
      threshold: 0,
      version,
    });
    const tell = (stock_exact: StockNumbers) =>
      follow(client, { name: "stock", data: { product_id: "cup", stock: "in", stock_exact, at: "" } });
    tell(counted(5, 3));
    tell(counted(9, 2));
    expect(client.getQueryData(keys.inventory("cup"))).toEqual(counted(5, 3));
    tell(counted(4, 4));
    expect(client.getQueryData(keys.inventory("cup"))).toEqual(counted(4, 4));
  });

  it("leaves alone what is not known yet", () => {
    expect(withStock<unknown>(undefined, "cup", "low")).toBeUndefined();
  });

  it("says who is writing about an order, until they have written", () => {
    const client = new QueryClient();
    client.setQueryData(keys.messages("o"), {});
    follow(client, { name: "typing", data: { id: "o", party: "buyer", seller_id: null } });
    expect(client.getQueryData(keys.typing("o"))).toMatchObject({ by: "The buyer" });
    follow(client, { name: "message", data: { id: "o" } });
    expect(client.getQueryData(keys.typing("o"))).toBeNull();
    expect(client.getQueryState(keys.messages("o"))?.isInvalidated).toBe(true);
  });

  it("makes an order worth reading again", () => {
    const client = new QueryClient();
    client.setQueryData(keys.order("o"), {});
    client.setQueryData(keys.timeline("o"), {});
    client.setQueryData(keys.order("other"), {});
    follow(client, {
      name: "order",
      data: { id: "o", version: 2, type: "order.paid", status: "paid", at: "" },
    });
    const stale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
    expect([stale(keys.order("o")), stale(keys.timeline("o")), stale(keys.order("other"))]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
