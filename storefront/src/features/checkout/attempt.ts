// The name of the attempt to place an order. It outlives a reload, so that whoever is not sure and presses the button
// again, with the same cart and address, still orders once.
const KEY = "millrace.attempt";

interface Attempt {
  name: string;
  /** A fingerprint of what is ordered: the address itself is not kept. */
  of: string;
}

export async function attemptFor(order: object): Promise<string> {
  const of = await fingerprint(order);
  const known = parse(sessionStorage.getItem(KEY));
  if (known?.of === of) return known.name;
  const attempt: Attempt = { name: crypto.randomUUID(), of };
  sessionStorage.setItem(KEY, JSON.stringify(attempt));
  return attempt.name;
}

/** Its outcome is known: the next order is another one. */
export function settleAttempt(): void {
  sessionStorage.removeItem(KEY);
}

async function fingerprint(order: object): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(order));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function parse(stored: string | null): Attempt | null {
  try {
    return JSON.parse(stored ?? "null") as Attempt | null;
  } catch {
    return null;
  }
}
