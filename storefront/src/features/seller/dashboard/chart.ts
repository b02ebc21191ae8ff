import type { Revenue } from "../../../api";

/** A bar: what one day brought. */
export interface Day {
  day: string;
  amount: number;
  orders: number;
}

const DAY_MILLISECONDS = 86_400_000;
const LINES = 4;

/** What each of the last days brought, by currency; those that brought nothing too. Days are those of UTC. */
export function daysOf(revenue: Revenue[], count: number, now: number): Map<string, Day[]> {
  const days = Array.from({ length: count }, (_, place) =>
    new Date(now - (count - 1 - place) * DAY_MILLISECONDS).toISOString().slice(0, 10),
  );
  const currencies = [...new Set(revenue.map(({ amount }) => amount.currency))].sort();
  const series = (currency: string) => {
    const known = new Map(
      revenue.filter(({ amount }) => amount.currency === currency).map((row) => [row.day, row]),
    );
    return days.map((day) => ({
      day,
      amount: known.get(day)?.amount.amount ?? 0,
      orders: known.get(day)?.orders ?? 0,
    }));
  };
  return new Map(currencies.map((currency) => [currency, series(currency)]));
}

/** Round amounts for the lines of a chart, from nothing to at least `highest`. */
export function ticksTo(highest: number): number[] {
  if (highest <= 0) return [0];
  const step = roundUp(highest / LINES);
  const count = Math.ceil(highest / step);
  return Array.from({ length: count + 1 }, (_, line) => line * step);
}

/** The next of 1, 2, 5, 10, 20, 50 and so on. */
function roundUp(amount: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(amount)));
  return ([1, 2, 5].find((factor) => factor * power >= amount) ?? 10) * power;
}
