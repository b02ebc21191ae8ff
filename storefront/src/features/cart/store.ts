import { useSyncExternalStore } from "react";
import type { Money } from "../../api";
import * as carts from "./cart";
import type { Cart, CartLine } from "./cart";

// The cart is kept in this browser: products, quantities and the prices that were seen, nothing about anybody. Guests have
// one, and so has each account; after a session has ended by itself its cart is out of sight until the next login.
const GUEST = "millrace.cart";
let key = GUEST;
let cart: Cart = carts.parseCart(localStorage.getItem(key));
const listeners = new Set<() => void>();

export function useCart(): Cart {
  return useSyncExternalStore(listen, () => cart);
}

export function addToCart(line: CartLine): void {
  save(carts.add(cart, line));
}

export function setQuantity(productId: string, quantity: number): void {
  save(carts.setQuantity(cart, productId, quantity));
}

export function acceptPrices(prices: ReadonlyMap<string, Money>): void {
  save(carts.acceptPrices(cart, prices));
}

export function emptyCart(): void {
  save([]);
}

/** Whoever logs out leaves nothing behind for the next one at this browser. */
export function discardCart(): void {
  localStorage.removeItem(key);
}

/** Shows the cart of whoever is logged in, with what was put in before; null are guests. */
export function ownCart(account: string | null): void {
  const guest = carts.parseCart(localStorage.getItem(GUEST));
  key = account === null ? GUEST : `${GUEST}.${account}`;
  if (account === null || guest.length === 0) {
    show(carts.parseCart(localStorage.getItem(key)));
    return;
  }
  save(carts.merge(carts.parseCart(localStorage.getItem(key)), guest));
  localStorage.removeItem(GUEST);
}

function save(now: Cart): void {
  localStorage.setItem(key, JSON.stringify(now));
  show(now);
}

function show(now: Cart): void {
  cart = now;
  listeners.forEach((listener) => listener());
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", reread);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener("storage", reread);
  };
}

/** Another tab has changed it, or everything was cleared. */
function reread(event: StorageEvent): void {
  if (event.key === key || event.key === null) show(carts.parseCart(localStorage.getItem(key)));
}
