import type { Money } from "../api";
import { formatMoney } from "../lib/money";

export function Price({ of }: { of: Money }) {
  return <span className="figures">{formatMoney(of)}</span>;
}
