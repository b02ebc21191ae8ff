import { useInfiniteQuery } from "@tanstack/react-query";
import { answer, api, keys, type StoredEvent } from "../../../api";
import type { Aggregate } from "./references";

const PAGE = 100;
const NEWS_MILLISECONDS = 5000;

/** The history of an aggregate, the first event first, page by page. It grows while it is looked at. */
export function useHistory({ kind, id }: Aggregate) {
  return useInfiniteQuery({
    queryKey: keys.history(kind, id),
    queryFn: ({ pageParam: cursor }) =>
      answer(
        api.GET("/api/admin/events/{kind}/{id}", {
          params: { path: { kind, id }, query: { cursor, limit: PAGE } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? NEWS_MILLISECONDS : false),
  });
}

/** All events of the pages so far. */
export function eventsOf(pages: { items: StoredEvent[] }[] | undefined): StoredEvent[] {
  return pages?.flatMap(({ items }) => items) ?? [];
}
