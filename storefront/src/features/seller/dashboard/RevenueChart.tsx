import { Table } from "../../../components/Table";
import { formatMoney } from "../../../lib/money";
import { formatTime } from "../../../lib/time";
import { ticksTo, type Day } from "./chart";

const HEIGHT = 100;
const BAR = 0.72;

interface RevenueChartProps {
  days: Day[];
  currency: string;
}

/** Revenue by day as bars, and as a table for whoever would rather read it. */
export function RevenueChart({ days, currency }: RevenueChartProps) {
  const money = (amount: number) => formatMoney({ amount, currency });
  const ticks = ticksTo(Math.max(...days.map(({ amount }) => amount)));
  const top = ticks.at(-1) || 1;
  const widest = Math.max(...ticks.map((tick) => money(tick).length));
  const sold = days.filter(({ orders }) => orders > 0);
  const [best] = [...sold].sort((one, other) => other.amount - one.amount);
  const marks = [days[0], days[Math.floor(days.length / 2)], days.at(-1)];
  return (
    <figure className="stack">
      <div className="chart" style={{ "--axis": `${widest}ch` }}>
        <div className="chart-plot">
          <div className="chart-lines" aria-hidden="true">
            {ticks.map((tick) => (
              <span key={tick} style={{ bottom: `${(tick / top) * 100}%` }}>
                <span>{money(tick)}</span>
              </span>
            ))}
          </div>
          <svg
            className="chart-bars"
            viewBox={`0 0 ${days.length} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={
              best
                ? `Revenue by day in ${currency}. The best day was ${dayWords(best.day)} with ${money(best.amount)}.`
                : `Revenue by day in ${currency}`
            }
          >
            {days.map(({ day, amount, orders }, place) => (
              <g key={day}>
                <title>{`${dayWords(day)}: ${money(amount)}, ${ordersWords(orders)}`}</title>
                <rect className="chart-column" x={place} y={0} width={1} height={HEIGHT} />
                <rect
                  className="chart-bar"
                  x={place + (1 - BAR) / 2}
                  y={HEIGHT - (amount / top) * HEIGHT}
                  width={BAR}
                  height={(amount / top) * HEIGHT}
                />
              </g>
            ))}
          </svg>
        </div>
        <div className="chart-days soft" aria-hidden="true">
          {marks.map((mark, place) => mark && <span key={place}>{dayWords(mark.day)}</span>)}
        </div>
      </div>
      <details>
        <summary>Show as a table</summary>
        <Table
          caption={`Revenue by day in ${currency}`}
          columns={[
            { name: "Day (UTC)", cell: ({ day }) => dayWords(day) },
            { name: "Orders", cell: ({ orders }) => orders, end: true },
            { name: "Revenue", cell: ({ amount }) => money(amount), end: true },
          ]}
          rows={[...sold].reverse()}
          keyOf={({ day }) => day}
        />
        <p className="small soft">Days without orders are left out.</p>
      </details>
    </figure>
  );
}

function dayWords(day: string): string {
  return formatTime(`${day}T00:00:00Z`, { day: "numeric", month: "short", timeZone: "UTC" });
}

function ordersWords(count: number): string {
  return count === 1 ? "1 order" : `${count} orders`;
}
