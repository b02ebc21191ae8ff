import type { Consumers } from "../../../api";
import { classes } from "../../../lib/classes";
import { useNow } from "../../../lib/useNow";
import { consumerId } from "./ConsumerRow";
import { plural, troubles, type Trouble } from "./health";

interface VerdictProps {
  consumers: Consumers;
  /** The last look at them has failed. */
  outdated: boolean;
}

/** Whether all is well, at a glance. Screen readers are told when that changes, not at every look. */
export function Verdict({ consumers, outdated }: VerdictProps) {
  const found = troubles(consumers, useNow(true));
  const { look, words } = verdictOn(found, outdated);
  return (
    <section className={classes("verdict", `verdict-${look}`)} aria-label="Health">
      <span className="verdict-mark" aria-hidden="true">
        {look === "good" ? "✓" : "!"}
      </span>
      <div className="stack">
        <div role="status" className="stack">
          <p className="verdict-words">{words}</p>
          {found.length > 0 && (
            <ul role="list" className="troubles">
              {found.map(({ consumer, words: trouble }) => (
                <li key={`${consumer ?? ""} ${trouble}`}>
                  {consumer && <a href={`#${consumerId(consumer)}`}>{consumer}</a>} {trouble}
                </li>
              ))}
            </ul>
          )}
        </div>
        <p className="small">{lagWords(consumers, found)}</p>
      </div>
    </section>
  );
}

function verdictOn(found: Trouble[], outdated: boolean): { look: "good" | "warn" | "bad"; words: string } {
  if (outdated) return { look: "warn", words: "This may be out of date" };
  if (found.some(({ look }) => look === "bad")) return { look: "bad", words: "Something stands still" };
  if (found.length > 0) return { look: "warn", words: "Worth a look" };
  return { look: "good", words: "All is well" };
}

function lagWords({ items }: Consumers, found: Trouble[]): string {
  if (found.some(({ consumer }) => consumer === null)) return "How far behind they are by now, nobody knows.";
  const lag = Math.max(0, ...items.map(({ lag_events }) => lag_events));
  return lag === 0 ? "None is behind the log." : `The furthest behind has ${plural(lag, "event")} to settle.`;
}
