import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answer, api, keys, type Money, type Product } from "../../api";
import { usePolling } from "../../live/LiveUpdates";
import { sum, times } from "../../lib/money";
import type { Cart, CartLine } from "./cart";
import { useCart } from "./store";

/** A line of the cart, compared with what the shop says now. */
export interface CheckedLine extends CartLine {
  /** Undefined once it is no longer on offer. */
  product: Product | undefined;
  trouble: "unavailable" | "out_of_stock" | "price_changed" | null;
}

export interface CartSeller {
  id: string;
  name: string;
  lines: CheckedLine[];
}

const MOST_IDS = 100;
const CHECK_MILLISECONDS = 60_000;

/** The cart as the shop sees it. */
export function useCheckedCart() {
  const cart = useCart();
  const ids = cart.map(({ product_id }) => product_id).sort();
  const query = useQuery({
    queryKey: keys.productsById(ids),
    queryFn: () => readProducts(ids),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: usePolling(CHECK_MILLISECONDS),
  });
  const lines = query.data ? check(cart, query.data) : [];
  return {
    cart,
    lines,
    query,
    total: totalOf(lines),
    currencies: new Set(lines.map(({ price }) => price.currency)),
  };
}

async function readProducts(ids: string[]): Promise<Product[]> {
  const pages: Promise<{ items: Product[] }>[] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const query = { ids: ids.slice(from, from + MOST_IDS).join(","), limit: MOST_IDS };
    pages.push(answer(api.GET("/api/products", { params: { query } })));
  }
  return (await Promise.all(pages)).flatMap(({ items }) => items);
}

export function check(cart: Cart, products: Product[]): CheckedLine[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  return cart.map((line) => {
    const product = byId.get(line.product_id);
    return { ...line, product, trouble: troubleWith(line, product) };
  });
}

function troubleWith(line: CartLine, product: Product | undefined): CheckedLine["trouble"] {
  if (product?.status !== "active") return "unavailable";
  if (product.stock === "out") return "out_of_stock";
  const { amount, currency } = product.price;
  return amount === line.price.amount && currency === line.price.currency ? null : "price_changed";
}

/** What all of it costs at the prices of now, as far as it is on offer. */
function totalOf(lines: CheckedLine[]): Money | null {
  const offered = lines.filter(({ trouble }) => trouble === null || trouble === "price_changed");
  return sum(offered.flatMap(({ product, quantity }) => (product ? [times(product.price, quantity)] : [])));
}

/** Lines by their sellers, each of whom sends a parcel. */
export function bySeller(lines: CheckedLine[]): CartSeller[] {
  const sellers = new Map<string, CartSeller>();
  for (const line of lines) {
    const id = line.product?.seller.id ?? "";
    const name = line.product ? (line.product.seller.shop_name ?? "A seller") : "No longer on offer";
    const seller = sellers.get(id) ?? { id, name, lines: [] };
    seller.lines.push(line);
    sellers.set(id, seller);
  }
  return [...sellers.values()];
}
