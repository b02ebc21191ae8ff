import type { Revenue } from "../../../api";
import { Price } from "../../../components/Price";
import { daysOf, type Day } from "./chart";
import { RevenueChart } from "./RevenueChart";

interface RevenueCardProps {
  revenue: Revenue[];
  days: number;
}

/** What the last days brought, a chart for each currency. */
export function RevenueCard({ revenue, days }: RevenueCardProps) {
  const charts = [...daysOf(revenue, days, Date.now())];
  return (
    <section className="card stack" aria-labelledby="revenue">
      <h2 id="revenue">Revenue</h2>
      {charts.length === 0 && (
        <p className="soft">
          Nothing was paid in the last {days} days. What buyers pay shows up here the moment they do.
        </p>
      )}
      {charts.map(([currency, series]) => (
        <div key={currency} className="stack">
          <Sum series={series} currency={currency} />
          <RevenueChart days={series} currency={currency} />
        </div>
      ))}
    </section>
  );
}

function Sum({ series, currency }: { series: Day[]; currency: string }) {
  const orders = series.reduce((sum, day) => sum + day.orders, 0);
  const amount = series.reduce((sum, day) => sum + day.amount, 0);
  return (
    <p>
      <strong className="seller-figure">
        <Price of={{ amount, currency }} />
      </strong>{" "}
      <span className="soft">
        from {orders} {orders === 1 ? "order" : "orders"} in {series.length} days
      </span>
    </p>
  );
}
