import type { Money } from "../../api";

export const MOST_UNITS = 10_000;
export const MOST_LINES = 200;

/** A product that somebody wants, and what it cost when they put it in. */
export interface CartLine {
  product_id: string;
  quantity: number;
  price: Money;
}

export type Cart = readonly CartLine[];

export function unitsIn(cart: Cart): number {
  return cart.reduce((units, { quantity }) => units + quantity, 0);
}

/** With so many more units of a product, at the price that was seen last. */
export function add(cart: Cart, line: CartLine): Cart {
  const known = cart.find(({ product_id }) => product_id === line.product_id);
  if (!known)
    return cart.length < MOST_LINES ? [...cart, { ...line, quantity: bounded(line.quantity) }] : cart;
  return replace(cart, { ...line, quantity: bounded(known.quantity + line.quantity) });
}

/** With that many units of a product: none takes it out. */
export function setQuantity(cart: Cart, product_id: string, quantity: number): Cart {
  if (quantity < 1) return cart.filter((line) => line.product_id !== product_id);
  return cart.map((line) =>
    line.product_id === product_id ? { ...line, quantity: bounded(quantity) } : line,
  );
}

/** With the prices of now, which somebody has been told. */
export function acceptPrices(cart: Cart, prices: ReadonlyMap<string, Money>): Cart {
  return cart.map((line) => ({ ...line, price: prices.get(line.product_id) ?? line.price }));
}

/**
 * The cart of an account together with one that was filled before the login. What is in both is wanted once: the larger
 * quantity, at the price that was seen last.
 */
export function merge(account: Cart, guest: Cart): Cart {
  return guest.reduce((merged, line) => {
    const known = merged.find(({ product_id }) => product_id === line.product_id);
    if (!known) return add(merged, line);
    return replace(merged, { ...line, quantity: Math.max(known.quantity, line.quantity) });
  }, account);
}

/** What was stored, unless it is no cart. */
export function parseCart(stored: string | null): Cart {
  try {
    const value: unknown = JSON.parse(stored ?? "[]");
    return Array.isArray(value) ? value.filter(isLine).slice(0, MOST_LINES) : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is CartLine {
  const line = value as CartLine | null;
  return (
    typeof line?.product_id === "string" &&
    Number.isInteger(line.quantity) &&
    line.quantity > 0 &&
    Number.isInteger((line.price as Money | undefined)?.amount) &&
    typeof line.price.currency === "string"
  );
}

function replace(cart: Cart, line: CartLine): Cart {
  return cart.map((other) => (other.product_id === line.product_id ? line : other));
}

function bounded(quantity: number): number {
  return Math.min(Math.max(1, Math.trunc(quantity)), MOST_UNITS);
}
