import { Link, useSearchParams } from "react-router-dom";
import { formatMoney } from "../../lib/money";
import { withChoices, type Filters } from "./filters";

/** What was chosen, each with a way to take it back. */
export function Chips({ filters, currency }: { filters: Filters; currency: string }) {
  const [search] = useSearchParams();
  const price = (amount: number) => formatMoney({ amount, currency });
  const chips: [name: string, words: string][] = [];
  if (filters.q) chips.push(["q", `“${filters.q}”`]);
  if (filters.category) chips.push(["category", filters.category]);
  if (filters.min_price !== undefined) chips.push(["min_price", `from ${price(filters.min_price)}`]);
  if (filters.max_price !== undefined) chips.push(["max_price", `up to ${price(filters.max_price)}`]);
  if (filters.in_stock) chips.push(["in_stock", "in stock"]);
  if (chips.length === 0) return null;
  return (
    <ul role="list" className="row chips" aria-label="Chosen filters">
      {chips.map(([name, words]) => (
        <li key={name}>
          <Link
            className="chip"
            to={{ search: withChoices(search, { [name]: null }) }}
            aria-label={`Remove ${words}`}
          >
            {words} <span aria-hidden="true">✕</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
