import type { DeadLetter } from "../../../api";
import { shortId } from "../events/references";

/** What somebody has asked for about a letter that had failed so often by then. */
export interface Asked {
  group: string;
  id: string;
  wish: "retry" | "discard";
  attempts: number;
}

export type Outcome = "waiting" | "settled" | "failed";

/** What has become of it, as far as the letters that are there now tell. */
export function outcomeOf(asked: Asked, letters: DeadLetter[]): Outcome {
  const letter = letters.find(({ group, id }) => group === asked.group && id === asked.id);
  if (!letter) return "settled";
  return letter.attempts > asked.attempts && !letter.asked ? "failed" : "waiting";
}

export function outcomeWords({ group, id, wish }: Asked, outcome: Exclude<Outcome, "waiting">): string {
  const [kind = "", aggregate = "", version = ""] = id.split(":");
  const letter = `version ${version} of ${kind} ${shortId(aggregate)}`;
  if (outcome === "failed") return `${group} tried ${letter} again, and it failed again.`;
  return wish === "retry" ? `${group} has dealt with ${letter}.` : `${group} has passed over ${letter}.`;
}
