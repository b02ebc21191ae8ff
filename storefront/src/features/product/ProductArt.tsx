import type { Product } from "../../api";
import { pathOf } from "./CategoryIcon";

/** Categories that are often side by side are told apart by colour. */
const HUES: Record<string, number> = {
  kitchen: 15,
  home: 255,
  garden: 95,
  stationery: 205,
  toys: 325,
  travel: 165,
};
const GROUNDS = [rings, waves, hills, stripes, dots];

/** A picture for a product without one: its category, on a ground of its own. */
export function ProductArt({ product }: { product: Pick<Product, "id" | "category"> }) {
  const mark = hash(product.id);
  const hue = (hueOf(product.category) + (mark % 30)) % 360;
  const ground = GROUNDS[(mark >>> 6) % GROUNDS.length] ?? rings;
  return (
    <svg
      className="product-art"
      viewBox="0 0 100 100"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      style={{ "--hue": String(hue) }}
    >
      <rect className="art-ground" width="100" height="100" />
      <g className="art-shade">{ground((mark >>> 10) % 100)}</g>
      <path className="art-line" d={pathOf(product.category)} transform="translate(29 29) scale(1.75)" />
    </svg>
  );
}

function hueOf(category: string | null | undefined): number {
  return HUES[category?.toLowerCase() ?? ""] ?? hash(category ?? "") % 360;
}

function rings(place: number) {
  return [16, 32, 48, 64, 80].map((radius) => (
    <circle key={radius} cx={place} cy={100 - place / 2} r={radius} />
  ));
}

function waves(place: number) {
  return [20, 36, 52, 68, 84, 100].map((y) => (
    <path key={y} d={`M-${20 + (place % 20)} ${y}q10-8 20 0t20 0 20 0 20 0 20 0 20 0 20 0`} />
  ));
}

function hills(place: number) {
  return [60, 72, 84, 96].map((y, row) => (
    <path key={y} d={`M-10 ${y}Q${(place + row * 37) % 100} ${y - 46} 110 ${y}`} />
  ));
}

function stripes(place: number) {
  const slope = place % 2 === 0 ? 60 : -60;
  return [-60, -30, 0, 30, 60, 90, 120, 150].map((x) => <path key={x} d={`M${x} -5l${slope} 110`} />);
}

function dots(place: number) {
  const rows = [8, 29, 50, 71, 92];
  return rows.flatMap((y, row) =>
    rows.map((x) => <circle key={`${x}-${y}`} cx={x + (row % 2) * 10} cy={y} r={2 + ((place + x) % 3)} />),
  );
}

function hash(text: string): number {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 16777619) >>> 0;
  return Math.imul(value ^ (value >>> 15), 2246822519) >>> 0;
}
