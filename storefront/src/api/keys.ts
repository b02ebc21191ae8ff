// The names under which answers are kept. Invalidating a shorter key invalidates all that begin with it.
export const keys = {
  me: ["me"] as const,
  sessions: ["me", "sessions"] as const,
  demo: ["demo"] as const,
  products: ["products"] as const,
  productList: (query: object) => ["products", "list", query] as const,
  product: (id: string) => ["products", "one", id] as const,
  productsById: (ids: string[]) => ["products", "ids", ids] as const,
  categories: (query: object) => ["categories", query] as const,
  seller: (id: string, cursor: string | undefined) => ["sellers", id, cursor] as const,
  orders: ["orders"] as const,
  orderList: (query: object) => ["orders", "list", query] as const,
  order: (id: string) => ["order", id] as const,
  timeline: (id: string) => ["order", id, "timeline"] as const,
  messages: (id: string) => ["order", id, "messages"] as const,
  typing: (id: string) => ["order", id, "typing"] as const,
  users: ["admin", "users"] as const,
  userList: (query: object) => ["admin", "users", query] as const,
  allOrders: (query: object) => ["admin", "orders", query] as const,
  audit: (query: object) => ["admin", "audit", query] as const,
  consumers: ["admin", "consumers"] as const,
  deadLetters: ["admin", "dead-letters"] as const,
  deadLetterList: (query: object) => ["admin", "dead-letters", query] as const,
  history: (kind: string, id: string) => ["admin", "events", kind, id] as const,
};

/** What belongs to whoever is logged in, and goes with them. */
export const PERSONAL = [["me"], ["orders"], ["order"], ["seller"], ["admin"]] as const;
