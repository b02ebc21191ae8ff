import {
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { answer, api, keys, type OrderStatus, type WholeOrder } from "../../api";
import { usePolling } from "../../live/LiveUpdates";

const PAGE = 20;
const MOMENTS = 100;
const MESSAGES = 10;
const SOON_MILLISECONDS = 5000;
const OFTEN_ENOUGH_MILLISECONDS = 30_000;
const FINAL = new Set(["completed", "rejected", "expired", "refunded"]);

export function useOrders(query: { status?: OrderStatus | undefined; cursor?: string | undefined }) {
  return useQuery({
    queryKey: keys.orderList(query),
    queryFn: () => answer(api.GET("/api/orders", { params: { query: { ...query, limit: PAGE } } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

export function useOrder(id: string) {
  const known = useQueryClient().getQueryData<WholeOrder>(keys.order(id));
  return useQuery({
    queryKey: keys.order(id),
    queryFn: () => answer(api.GET("/api/orders/{id}", { params: { path: { id } } })),
    refetchInterval: usePolling(patience(known)),
  });
}

/** What moves by itself within seconds is looked at, even though it should be told. */
function patience(order: WholeOrder | undefined): number | false {
  if (!order) return false;
  if (order.status === "pending" || order.payment?.last_attempt === "awaited") return SOON_MILLISECONDS;
  return FINAL.has(order.status) ? false : OFTEN_ENOUGH_MILLISECONDS;
}

export function useTimeline(id: string, version: number) {
  return useInfiniteQuery({
    // Whoever sees a newer order sees a newer timeline.
    queryKey: [...keys.timeline(id), version],
    queryFn: ({ pageParam: cursor }) =>
      answer(
        api.GET("/api/orders/{id}/timeline", { params: { path: { id }, query: { cursor, limit: MOMENTS } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useMessages(id: string) {
  return useInfiniteQuery({
    queryKey: keys.messages(id),
    queryFn: ({ pageParam: cursor }) =>
      answer(
        api.GET("/api/orders/{id}/messages", {
          params: { path: { id }, query: { cursor, limit: MESSAGES } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: usePolling(OFTEN_ENOUGH_MILLISECONDS / 2),
  });
}

/** The names of the shops in an order, by their sellers' ids. */
export function useShopNames(order: WholeOrder): ReadonlyMap<string, string> {
  const sellers = [...new Set(order.lines.map(({ seller_id }) => seller_id))];
  return useQueries({
    queries: sellers.map((id) => ({
      queryKey: ["sellers", id, "name"],
      queryFn: () => answer(api.GET("/api/sellers/{id}", { params: { path: { id }, query: { limit: 1 } } })),
      staleTime: Infinity,
      retry: false,
    })),
    combine: (answers) =>
      new Map(sellers.map((id, place) => [id, answers[place]?.data?.shop_name ?? "A seller"] as const)),
  });
}
