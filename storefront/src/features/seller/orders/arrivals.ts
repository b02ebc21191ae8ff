import type { Order } from "../../../api";

// Until its stock is reserved, an order may still come to nothing: that is not worth a word.
const UNSETTLED = new Set(["pending", "rejected"]);

interface Arrivals<Row> {
  seen: ReadonlySet<string>;
  arrived: Row[];
}

/** Which of the newest orders were not seen before. At first sight none of them is news. */
export function arrivedSince<Row extends Pick<Order, "id" | "status">>(
  seen: ReadonlySet<string> | null,
  newest: Row[],
): Arrivals<Row> {
  const settled = newest.filter(({ status }) => !UNSETTLED.has(status));
  return {
    seen: new Set([...(seen ?? []), ...settled.map(({ id }) => id)]),
    arrived: seen === null ? [] : settled.filter(({ id }) => !seen.has(id)),
  };
}
