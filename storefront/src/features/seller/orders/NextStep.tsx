import type { WholeOrder } from "../../../api";
import { useFocusKept } from "../useFocusKept";
import { Deliver } from "./Deliver";
import { Ship } from "./Ship";
import { TakeBack } from "./TakeBack";

/** What the shop lets the seller do about an order now. */
export function NextStep({ order }: { order: WholeOrder }) {
  const place = useFocusKept<HTMLDivElement>(order.actions.join());
  return (
    <div ref={place} tabIndex={-1} className="stack-l focus-place">
      {order.actions.includes("ship") && <Ship order={order} />}
      {order.actions.includes("deliver") && <Deliver order={order} />}
      {order.actions.includes("return") && <TakeBack order={order} />}
    </div>
  );
}
