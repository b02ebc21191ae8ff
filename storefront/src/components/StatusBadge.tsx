import type { OrderStatus } from "../api";
import { classes } from "../lib/classes";

const LOOKS: Record<OrderStatus, [words: string, look: string]> = {
  pending: ["Checking stock", "active"],
  confirmed: ["Waiting for payment", "warn"],
  paid: ["Paid", "active"],
  partly_shipped: ["Partly shipped", "active"],
  shipped: ["Shipped", "active"],
  delivered: ["Delivered", "good"],
  completed: ["Completed", "good"],
  rejected: ["Not available", "bad"],
  expired: ["Expired", "bad"],
  cancelled: ["Cancelled", "bad"],
  refunded: ["Refunded", "bad"],
};

export const ORDER_STATUSES = Object.keys(LOOKS) as OrderStatus[];

export function isOrderStatus(status: string | null): status is OrderStatus {
  return status !== null && Object.hasOwn(LOOKS, status);
}

/** How far an order is, in words. */
export function statusWords(status: string): string {
  return isOrderStatus(status) ? LOOKS[status][0] : status;
}

export function StatusBadge({ status }: { status: string }) {
  const look = isOrderStatus(status) && `badge-${LOOKS[status][1]}`;
  return <span className={classes("badge", look)}>{statusWords(status)}</span>;
}
