import type { Money } from "../api";

// ISO 4217 says how many digits stand behind the point; `Intl` follows other habits for some currencies.
const NO_DIGITS = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const THREE_DIGITS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

export function minorDigits(currency: string): number {
  if (NO_DIGITS.has(currency)) return 0;
  return THREE_DIGITS.has(currency) ? 3 : 2;
}

/** An amount as people of the browser's language write it. */
export function formatMoney({ amount, currency }: Money, locale?: string): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(decimal(amount, digits) as unknown as number);
}

/** Minor units as a plain decimal number, for a form: 1999 is `19.99`. */
export function decimal(amount: number, digits: number): string {
  const sign = amount < 0 ? "-" : "";
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** What somebody typed, in minor units; null where it is no amount. */
export function toMinor(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match) return null;
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  return Number((match[1] ?? "") + fraction.padEnd(digits, "0"));
}

/** What several units cost. */
export function times({ amount, currency }: Money, quantity: number): Money {
  return { amount: amount * quantity, currency };
}

/** The sum of amounts in one currency; null of none. */
export function sum(amounts: Money[]): Money | null {
  const [first] = amounts;
  if (!first) return null;
  return { amount: amounts.reduce((total, { amount }) => total + amount, 0), currency: first.currency };
}
