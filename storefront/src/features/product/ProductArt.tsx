import type { Product } from "../../api";
import { pathOf } from "./CategoryIcon";

/** A picture for a product without one: its category, on a ground of its own. */
export function ProductArt({ product }: { product: Pick<Product, "id" | "category"> }) {
  const mark = hash(product.id);
  const hue = hash(product.category ?? "") % 360;
  const cx = 10 + (mark % 80);
  const cy = 10 + ((mark >> 7) % 80);
  return (
    <svg
      className="product-art"
      viewBox="0 0 100 100"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      style={{ "--hue": String(hue) }}
    >
      <rect className="art-ground" width="100" height="100" />
      {[24, 40, 58, 78].map((radius) => (
        <circle key={radius} className="art-ring" cx={cx} cy={cy} r={radius} />
      ))}
      <path className="art-line" d={pathOf(product.category)} transform="translate(26 26) scale(2)" />
    </svg>
  );
}

function hash(text: string): number {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 16777619) >>> 0;
  return value;
}
