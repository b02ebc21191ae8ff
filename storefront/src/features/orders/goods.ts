import type { Order } from "../../api";

const NAMED = 3;

/** What was ordered, in a line of words. */
export function goodsOf({ lines }: Pick<Order, "lines">): string {
  const named = lines
    .slice(0, NAMED)
    .map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${name}` : name))
    .join(", ");
  return lines.length > NAMED ? `${named} and ${lines.length - NAMED} more` : named;
}
