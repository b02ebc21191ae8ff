import type { WebhookDelivery, WebhookEvent } from "../../../api";

/** What a webhook may be told, by what it is about. */
export const EVENT_GROUPS: Record<string, WebhookEvent[]> = {
  Orders: [
    "order.placed",
    "order.confirmed",
    "order.rejected",
    "order.paid",
    "order.expired",
    "order.cancelled",
    "order.shipped",
    "order.delivered",
    "order.completed",
    "order.returned",
    "order.refunded",
  ],
  Products: [
    "product.listed",
    "product.changed",
    "product.published",
    "product.unpublished",
    "product.archived",
    "product.restored",
  ],
  Stock: ["stock.changed", "stock.ran_low"],
};

export const ALL_EVENTS = Object.values(EVENT_GROUPS).flat();

const ERRORS: Record<string, string> = {
  timed_out: "no answer in time",
  unreachable: "could not be reached",
  broken_off: "the answer broke off",
  address_refused: "the address may not be called",
  not_signed: "could not be signed",
};

/** What became of a message. */
export function outcomeOf({ status, response_status, error }: WebhookDelivery): string {
  const answered = response_status ? `answered ${response_status}` : error ? (ERRORS[error] ?? error) : null;
  const words = {
    delivered: "Delivered",
    dead: "Given up",
    due: answered ? "To be sent again" : "To be sent",
  };
  const stand = words[status as keyof typeof words];
  return answered ? `${stand}, ${answered}` : stand;
}
