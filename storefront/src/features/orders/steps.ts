import type { WholeOrder } from "../../api";
import type { Step } from "../../components/Stepper";

const PATH = ["Placed", "Reserved", "Paid", "Shipped", "Delivered"];
const REACHED: Record<string, number> = {
  pending: 1,
  confirmed: 2,
  paid: 3,
  partly_shipped: 3,
  shipped: 4,
  delivered: 5,
  completed: 5,
};
const ENDS: Record<string, string> = {
  rejected: "Not available",
  expired: "Expired",
  cancelled: "Cancelled",
  refunded: "Refunded",
};

/** The way of an order, as far as it has come and as far as it may still go. */
export function stepsOf(order: Pick<WholeOrder, "status" | "paid_at" | "payment" | "shipments">): Step[] {
  const end = ENDS[order.status];
  if (end === undefined) {
    const reached = REACHED[order.status] ?? 0;
    return PATH.map((name, place) => ({
      name,
      state: place < reached ? "done" : place === reached ? "current" : "ahead",
    }));
  }
  const done = PATH.slice(0, stepsBeforeTheEnd(order));
  return [
    ...done.map((name): Step => ({ name, state: "done" })),
    { name: end, state: order.status === "refunded" ? "done" : "stopped" },
  ];
}

function stepsBeforeTheEnd({ status, paid_at, payment, shipments }: Parameters<typeof stepsOf>[0]): number {
  if (status === "rejected") return 1;
  if (shipments.some(({ delivered_at }) => delivered_at)) return 5;
  if (shipments.length > 0) return 4;
  if (paid_at) return 3;
  return payment?.pay_by ? 2 : 1;
}
