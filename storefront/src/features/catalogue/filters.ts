import { minorDigits, decimal, toMinor } from "../../lib/money";

/** What was chosen in the catalogue. All of it is in the address. */
export interface Filters {
  q?: string;
  category?: string;
  min_price?: number;
  max_price?: number;
  in_stock?: true;
  sort?: Sort;
  cursor?: string;
}

export const SORTS = ["relevance", "newest", "price", "-price", "name"] as const;
export type Sort = (typeof SORTS)[number];

export function readFilters(search: URLSearchParams): Filters {
  const filters: Filters = {};
  const text = (name: string) => search.get(name)?.trim() ?? "";
  if (text("q")) filters.q = text("q").slice(0, 200);
  if (text("category")) filters.category = text("category");
  for (const name of ["min_price", "max_price"] as const) {
    if (/^\d{1,15}$/.test(text(name))) filters[name] = Number(text(name));
  }
  if (search.get("in_stock") === "true") filters.in_stock = true;
  const sort = SORTS.find((known) => known === search.get("sort"));
  if (sort && (sort !== "relevance" || filters.q)) filters.sort = sort;
  if (text("cursor")) filters.cursor = text("cursor");
  return filters;
}

/** The address with other choices: null takes one away. A new choice begins at the first page. */
export function withChoices(search: URLSearchParams, choices: Record<string, string | null>): string {
  const params = new URLSearchParams(search);
  params.delete("cursor");
  for (const [name, value] of Object.entries(choices)) {
    if (value === null || value === "") params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** A price of the form, in minor units as the address has it; an amount that makes no sense filters nothing. */
export function priceChoice(typed: string | undefined, currency: string): string | null {
  const amount = toMinor(typed ?? "", currency);
  return amount === null ? null : String(amount);
}

export function priceShown(amount: number | undefined, currency: string): string {
  return amount === undefined ? "" : decimal(amount, minorDigits(currency));
}
