import type { QueryClient } from "@tanstack/react-query";
import {
  keys,
  type LiveEvent,
  type LiveEvents,
  type LiveName,
  type Product,
  type Stock,
  type StockNumbers,
} from "../api";

type Effects = { [Name in LiveName]: (client: QueryClient, data: LiveEvents[Name]) => void };

/** What follows from each event for the answers that are on the screen. */
const effects: Effects = {
  order: (client, { id }) => {
    void client.invalidateQueries({ queryKey: keys.order(id) });
    void client.invalidateQueries({ queryKey: keys.orders });
    void client.invalidateQueries({ queryKey: keys.ownTrade });
    void client.invalidateQueries({ queryKey: keys.everybodysOrders });
  },
  stock: (client, { product_id, stock, stock_exact }) => {
    client.setQueriesData({ queryKey: keys.products }, (answer) => withStock(answer, product_id, stock));
    if (!stock_exact) return;
    client.setQueryData<StockNumbers>(keys.inventory(product_id), (known) =>
      known && known.version > stock_exact.version ? known : stock_exact,
    );
    void client.invalidateQueries({ queryKey: keys.movements(product_id) });
    void client.invalidateQueries({ queryKey: keys.ownProducts });
    void client.invalidateQueries({ queryKey: keys.summaries });
  },
  message: (client, { id }) => {
    client.setQueryData(keys.typing(id), null);
    void client.invalidateQueries({ queryKey: keys.messages(id) });
  },
  typing: (client, { id, party }) => {
    client.setQueryData(keys.typing(id), {
      by: party === "buyer" ? "The buyer" : "A seller",
      at: Date.now(),
    });
  },
  reset: (client) => {
    void client.invalidateQueries();
  },
};

export function follow(client: QueryClient, event: LiveEvent): void {
  (effects[event.name] as (client: QueryClient, data: unknown) => void)(client, event.data);
}

type Products = Product | { items: Product[] } | Product[] | undefined;

/** An answer about products that says how much is left of one of them by now. */
export function withStock<Answer>(answer: Answer, id: string, stock: Stock): Answer {
  return patched(answer as Products, (product) =>
    product.id === id ? { ...product, stock } : product,
  ) as Answer;
}

function patched(answer: Products, patch: (product: Product) => Product): Products {
  if (!answer) return answer;
  if (Array.isArray(answer)) return answer.map(patch);
  if ("items" in answer) return { ...answer, items: answer.items.map(patch) };
  return patch(answer);
}
