import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answer, api, keys } from "../../../api";

const OFTEN_MILLISECONDS = 3000;
const ALL = 100;
const PAGE = 20;

/** Every consumer, looked at every few seconds: nobody tells live how far they are. */
export function useConsumers() {
  return useQuery({
    queryKey: keys.consumers,
    queryFn: () => answer(api.GET("/api/admin/consumers", { params: { query: { limit: ALL } } })),
    refetchInterval: OFTEN_MILLISECONDS,
    staleTime: 0,
  });
}

export function useDeadLetters(query: { group?: string | undefined; cursor?: string | undefined }) {
  return useQuery({
    queryKey: keys.deadLetterList(query),
    queryFn: () =>
      answer(api.GET("/api/admin/dead-letters", { params: { query: { ...query, limit: PAGE } } })),
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN_MILLISECONDS,
    staleTime: 0,
  });
}
