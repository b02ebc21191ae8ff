import type { Stock } from "../api";

const WORDS: Record<Stock, [string, string]> = {
  in: ["In stock", "good"],
  low: ["Only a few left", "warn"],
  out: ["Out of stock", "bad"],
};

export function StockBadge({ stock }: { stock: Stock }) {
  const [words, look] = WORDS[stock];
  return <span className={`badge badge-${look}`}>{words}</span>;
}
