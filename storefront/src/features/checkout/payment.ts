/** Ways to pay that the fake provider of a demo shop knows, by what it makes of them. */
export const SCENARIOS = [
  { token: "tok_approve", name: "Approved", hint: "Paid at once." },
  { token: "tok_decline", name: "Declined", hint: "Refused at once. Pay again with another one." },
  { token: "tok_late", name: "Late", hint: "The answer comes a little later." },
  { token: "tok_twice", name: "Late, and told twice", hint: "The same, and the shop must count it once." },
  { token: "tok_overdue", name: "Overdue", hint: "The money comes after the deadline, and goes back." },
  {
    token: "tok_silent",
    name: "Silent",
    hint: "Paid, but only found out when the shop asks, a minute later.",
  },
] as const;

export const DEFAULT_TOKEN = SCENARIOS[0].token;

// How somebody wants to pay an order that is not confirmed yet. In memory alone: after a reload they are asked again.
const wishes = new Map<string, string>();

export function wishToPay(orderId: string, token: string): void {
  wishes.set(orderId, token);
}

/** Gives the wish out once. */
export function takeWish(orderId: string): string | undefined {
  const token = wishes.get(orderId);
  wishes.delete(orderId);
  return token;
}
