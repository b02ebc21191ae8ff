import { Problem, type Product, type ProductChange } from "../../../api";
import { decimal, minorDigits, toMinor } from "../../../lib/money";

/** What is typed into the form of a product. */
export interface Draft {
  name: string;
  category: string;
  price: string;
  description: string;
  images: string[];
}

export type DraftField = keyof Draft;

export const EMPTY_DRAFT: Draft = { name: "", category: "", price: "", description: "", images: [] };

export const FIELD_WORDS: Record<DraftField, string> = {
  name: "Name",
  category: "Category",
  price: "Price",
  description: "Description",
  images: "Pictures",
};

const FIELDS = Object.keys(FIELD_WORDS) as DraftField[];

export function draftOf(product: Product): Draft {
  const { amount, currency } = product.price;
  return {
    name: product.name,
    category: product.category ?? "",
    price: decimal(amount, minorDigits(currency)),
    description: product.description ?? "",
    images: product.images,
  };
}

/** What was typed, without what stands around it. */
export function tidied(draft: Draft): Draft {
  return {
    name: draft.name.trim(),
    category: draft.category.trim(),
    price: draft.price.trim(),
    description: draft.description.trim(),
    images: draft.images.map((address) => address.trim()).filter(Boolean),
  };
}

/** The fields in which two drafts differ. */
export function differences(one: Draft, other: Draft): DraftField[] {
  return FIELDS.filter((field) => String(one[field]) !== String(other[field]));
}

/** What to ask the shop for, so that a product is as typed. Fields that stay are left out. */
export function changeOf(draft: Draft, fields: DraftField[], currency: string): ProductChange {
  const change: ProductChange = {};
  for (const field of fields) {
    if (field === "price") change.price = { amount: amountOf(draft, currency), currency };
    else if (field === "images") change.images = draft.images;
    else change[field] = draft[field];
  }
  return change;
}

/** What it costs, in minor units. Where that is no amount, a missing name is told along with it. */
export function amountOf({ name, price }: Draft, currency: string): number {
  const amount = toMinor(price, currency);
  if (amount !== null) return amount;
  throw Problem.invalid({
    ...(name ? {} : { name: "Please fill this in." }),
    "price/amount": `Enter a price such as ${decimal(1999, minorDigits(currency))}.`,
  });
}

/** A product after a change that the shop has taken. */
export function changed(product: Product, change: ProductChange, version: number): Product {
  return {
    ...product,
    name: change.name ?? product.name,
    category: change.category ?? product.category,
    price: change.price ?? product.price,
    description: change.description ?? product.description,
    images: change.images ?? product.images,
    version,
  };
}
