/** One aggregate: what kind it is, and which. */
export interface Aggregate {
  kind: string;
  id: string;
}

export const KINDS = ["order", "product", "inventory", "user", "message", "webhook", "claim"];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const WHOLE_UUID = new RegExp(`^${UUID.source}$`);
// Where people copy ids from: pages of the shop by the beginning of their path.
const OF_PAGES: Record<string, string> = { orders: "order", products: "product", sellers: "user" };

export function isId(text: string): boolean {
  return WHOLE_UUID.test(text);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

export function isTime(text: string): boolean {
  return TIME.test(text);
}

/** The last eight digits, which tell ids apart; the first ones are a time. */
export function shortId(id: string): string {
  return `…${id.slice(-8)}`;
}

export function historyPath({ kind, id }: Aggregate, version?: number): string {
  return `/admin/events/${encodeURIComponent(kind)}/${id}${version === undefined ? "" : `?version=${version}`}`;
}

/**
 * The aggregate that is meant by whatever was typed or pasted: an id, `order:<id>`, `order:<id>:<version>`, a key such as
 * `order:{b}:<id>`, or the address of a page. `kind` counts where the text names none; null where there is no id.
 */
export function aggregateIn(text: string, kind: string): Aggregate | null {
  const sought = text.trim().toLowerCase();
  const id = UUID.exec(sought)?.[0];
  if (!id) return null;
  const before = sought.slice(0, sought.indexOf(id));
  const named = before.split(/[^a-z]+/).filter((word) => word.length > 1);
  const known = named.map((word) => OF_PAGES[word] ?? word).filter((word) => KINDS.includes(word));
  return { kind: known.at(-1) ?? kind, id };
}

/** `order:<id>` in its parts. */
export function aggregateOf(name: string): Aggregate {
  const at = name.indexOf(":");
  return { kind: name.slice(0, at), id: name.slice(at + 1) };
}

// What the ids in a field are of.
const OF_FIELDS: Record<string, string> = {
  order: "order",
  reservations: "order",
  product: "product",
  products: "product",
  returned: "product",
  seller: "user",
  buyer: "user",
  author: "user",
  authors: "user",
  owner: "user",
  shipments: "user",
  email: "claim",
  username: "claim",
  name: "claim",
  shop: "claim",
  released: "claim",
};

/** The aggregate that an id in this field is of; null where it is of none. */
export function referenceIn(field: string, value: string): Aggregate | null {
  const kind = OF_FIELDS[field];
  return kind && isId(value) ? { kind, id: value } : null;
}

// Aggregates that share an id.
const TWINS: Record<string, string> = {
  order: "message",
  message: "order",
  product: "inventory",
  inventory: "product",
  user: "webhook",
  webhook: "user",
};

export function twinOf({ kind, id }: Aggregate): Aggregate | null {
  const twin = TWINS[kind];
  return twin ? { kind: twin, id } : null;
}
