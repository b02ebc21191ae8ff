import { describe, expect, it } from "vitest";
import { add, merge, parseCart, setQuantity, unitsIn, type CartLine } from "./cart";

const line = (product_id: string, quantity: number, amount = 1000): CartLine => ({
  product_id,
  quantity,
  price: { amount, currency: "EUR" },
});

describe("a cart", () => {
  it("adds units to what is in it already, at the newest price", () => {
    const cart = add(add([], line("cup", 1, 1000)), line("cup", 2, 1100));
    expect(cart).toEqual([line("cup", 3, 1100)]);
    expect(unitsIn(cart)).toBe(3);
  });

  it("keeps quantities within what one order may have", () => {
    expect(add([line("cup", 9_999)], line("cup", 5))).toEqual([line("cup", 10_000)]);
    expect(setQuantity([line("cup", 2)], "cup", 0)).toEqual([]);
    expect(setQuantity([line("cup", 2)], "cup", 7)).toEqual([line("cup", 7)]);
  });

  it("is merged with the account's at login, and wants nothing twice", () => {
    const account = [line("cup", 2, 1000), line("jug", 1)];
    const guest = [line("cup", 3, 1200), line("pan", 4)];
    const merged = merge(account, guest);
    expect(merged).toEqual([line("cup", 3, 1200), line("jug", 1), line("pan", 4)]);
    expect(merge(merged, guest)).toEqual(merged);
    expect(merge([], guest)).toEqual(guest);
    expect(merge(account, [])).toEqual(account);
  });

  it("starts empty where storage holds something else", () => {
    expect(parseCart(null)).toEqual([]);
    expect(parseCart("{]")).toEqual([]);
    expect(parseCart('[{"product_id":1},null,"x"]')).toEqual([]);
    expect(parseCart(JSON.stringify([line("cup", 1)]))).toEqual([line("cup", 1)]);
  });
});
