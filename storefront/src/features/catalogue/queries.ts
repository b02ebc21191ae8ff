import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answer, api, keys } from "../../api";
import { usePolling } from "../../live/LiveUpdates";
import type { Filters } from "./filters";

interface Wanted extends Filters {
  limit?: number;
}

export function useProducts(query: Wanted) {
  return useQuery({
    queryKey: keys.productList(query),
    queryFn: () => answer(api.GET("/api/products", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
}

/** Categories with how much each has, under the other choices. */
export function useCategories({ q, min_price, max_price, in_stock }: Filters) {
  const query = { q, min_price, max_price, in_stock, limit: 100 };
  return useQuery({
    queryKey: keys.categories(query),
    queryFn: () => answer(api.GET("/api/categories", { params: { query } })),
    placeholderData: keepPreviousData,
  });
}
