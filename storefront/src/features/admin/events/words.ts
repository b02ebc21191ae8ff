/** `payment_started` as people write it: `Payment started`. */
export function humanWords(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What has happened, without what it has happened to: `order.payment_started` is `Payment started`. */
export function eventWords(type: string): string {
  return humanWords(type.slice(type.indexOf(".") + 1));
}

export type Look = "good" | "warn" | "bad" | "books" | "plain";

const LOOKS: Record<Exclude<Look, "plain" | "books">, string[]> = {
  good: [
    "order.confirmed",
    "order.paid",
    "order.delivered",
    "order.completed",
    "product.published",
    "product.restored",
    "inventory.received",
    "inventory.restocked",
    "user.email_verified",
    "user.reinstated",
    "user.second_factor_enabled",
  ],
  warn: [
    "order.payment_pending",
    "order.payment_declined",
    "order.paid_late",
    "order.returned",
    "order.refunded",
    "inventory.ran_low",
    "user.second_factor_disabled",
    "user.signup_repeated",
    "product.unpublished",
  ],
  bad: [
    "order.rejected",
    "order.expired",
    "order.cancelled",
    "product.archived",
    "user.suspended",
    "user.refresh_reused",
    "user.erased",
    "webhook.disabled",
  ],
};

/** How an event looks at a glance. */
export function lookOf(type: string): Look {
  if (type.endsWith(".carried_forward")) return "books";
  const found = Object.entries(LOOKS).find(([, types]) => types.includes(type));
  return (found?.[0] as Look | undefined) ?? "plain";
}
