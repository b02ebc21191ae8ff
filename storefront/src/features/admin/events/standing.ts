import type { Money, StoredEvent } from "../../../api";
import { STEPS, type Data } from "./steps";

/** How an aggregate stands, in the words of a reader. It is a summary: what decisions read is in the domain alone. */
export type Fact = string | number | Money;
export type Standing = Readonly<Record<string, Fact>>;
export interface Change {
  name: string;
  before: Fact | undefined;
  after: Fact;
}

/** How things stand after an event that found them as they stood before. What is unknown changes nothing. */
export function after(before: Standing, { type, data }: Pick<StoredEvent, "type" | "data">): Standing {
  const step = STEPS[type];
  if (!step || typeof data !== "object" || data === null) return before;
  const changed = Object.entries(step(data as Data, before)).filter(([, fact]) => fact !== undefined);
  return { ...before, ...(Object.fromEntries(changed) as Standing) };
}

/** What is different, in the order in which it is told. */
export function changes(before: Standing, now: Standing): Change[] {
  return Object.entries(now)
    .filter(([name, fact]) => JSON.stringify(before[name]) !== JSON.stringify(fact))
    .map(([name, fact]) => ({ name, before: before[name], after: fact }));
}

export interface Moment {
  event: StoredEvent;
  standing: Standing;
  changes: Change[];
}

/** Every event with how things stood after it. They must begin with the first. */
export function momentsOf(events: StoredEvent[]): Moment[] {
  let before: Standing = {};
  return events.map((event) => {
    const standing = after(before, event);
    const moment = { event, standing, changes: changes(before, standing) };
    before = standing;
    return moment;
  });
}
