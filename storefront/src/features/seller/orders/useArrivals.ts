import { useEffect, useRef, useState } from "react";
import { useOutletContext } from "react-router-dom";
import type { Order } from "../../../api";
import { toast } from "../../../components/toast";
import { useSales } from "../queries";
import { goodsOf } from "../../orders/goods";
import { arrivedSince } from "./arrivals";

const SINGLY = 2;

/** The orders that came in while the seller area is open. Each is told of as it comes. */
export function useArrivals(): ReadonlySet<string> {
  const { data } = useSales({});
  const seen = useRef<ReadonlySet<string> | null>(null);
  const [arrivals, setArrivals] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!data) return;
    const { seen: now, arrived } = arrivedSince(seen.current, data.items);
    seen.current = now;
    if (arrived.length === 0) return;
    setArrivals((before) => new Set([...before, ...arrived.map(({ id }) => id)]));
    tell(arrived);
  }, [data]);
  return arrivals;
}

/** The same, for the pages of the seller area. */
export function useArrived(): ReadonlySet<string> {
  return useOutletContext<ReadonlySet<string>>();
}

function tell(arrived: Order[]): void {
  if (arrived.length > SINGLY) {
    toast(`${arrived.length} new orders`, { to: "/seller/orders", text: "Show them" });
    return;
  }
  for (const order of arrived) {
    toast(`New order: ${goodsOf(order)}`, { to: `/seller/orders/${order.id}`, text: "Show it" });
  }
}
