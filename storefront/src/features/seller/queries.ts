import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api, keys, type OrderStatus, type ProductStatus } from "../../api";
import { usePolling } from "../../live/LiveUpdates";

const PAGE = 20;
const MOVEMENTS = 20;
const DELIVERIES_MILLISECONDS = 10_000;

interface Page {
  cursor?: string | undefined;
  limit?: number;
}

export function useSummary(days: number) {
  return useQuery({
    queryKey: keys.summary(days),
    queryFn: () => answer(api.GET("/api/seller/summary", { params: { query: { days } } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

/** The orders with products of the caller's. */
export function useSales({ limit = PAGE, ...chosen }: Page & { status?: OrderStatus | undefined }) {
  const query = { ...chosen, limit };
  return useQuery({
    queryKey: keys.sales(query),
    queryFn: () => answer(api.GET("/api/seller/orders", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

export function useOwnProducts(chosen: Page & { status?: ProductStatus | undefined }) {
  const query = { ...chosen, limit: PAGE };
  return useQuery({
    queryKey: keys.ownProductList(query),
    queryFn: () => answer(api.GET("/api/seller/products", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

export function useInventory(product_id: string) {
  return useQuery({
    queryKey: keys.inventory(product_id),
    queryFn: () => answer(api.GET("/api/inventory/{product_id}", { params: { path: { product_id } } })),
    refetchInterval: usePolling(),
  });
}

export function useMovements(product_id: string) {
  return useInfiniteQuery({
    queryKey: keys.movements(product_id),
    queryFn: ({ pageParam: cursor }) =>
      answer(
        api.GET("/api/inventory/{product_id}/movements", {
          params: { path: { product_id }, query: { cursor, limit: MOVEMENTS } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: usePolling(),
  });
}

/** What is delivered to webhooks is not told live. */
export function useWebhooks(query: Page) {
  return useQuery({
    queryKey: keys.webhookList(query),
    queryFn: () => answer(api.GET("/api/webhooks", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: DELIVERIES_MILLISECONDS,
  });
}
