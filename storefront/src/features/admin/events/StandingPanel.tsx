import { Button } from "../../../components/Button";
import { classes } from "../../../lib/classes";
import { FactValue } from "./FactValue";
import type { Moment } from "./standing";
import { eventWords } from "./words";

interface StandingPanelProps {
  moment: Moment;
  last: number;
  /** Whether the last version is the last there is. */
  whole: boolean;
  steps: (by: 1 | -1) => unknown;
}

/** How the aggregate stood after one of its events, and the way to the others. */
export function StandingPanel({ moment, last, whole, steps }: StandingPanelProps) {
  const { event, standing, changes } = moment;
  const changed = new Set(changes.map(({ name }) => name));
  const facts = Object.entries(standing);
  return (
    <aside className="standing" aria-labelledby="standing">
      <div className="stepping">
        <Button
          size="small"
          aria-keyshortcuts="ArrowLeft"
          aria-disabled={event.version === 1 || undefined}
          onClick={() => steps(-1)}
        >
          <span aria-hidden="true">←</span> Previous
        </Button>
        <p role="status" className="small stepping-place">
          <span className="figures">
            Version {event.version} of {whole ? last : `${last}+`}
          </span>
          <span className="visually-hidden">: {eventWords(event.type)}</span>
        </p>
        <Button
          size="small"
          aria-keyshortcuts="ArrowRight"
          aria-disabled={event.version === last || undefined}
          onClick={() => steps(1)}
        >
          Next <span aria-hidden="true">→</span>
        </Button>
      </div>
      <div className="card stack standing-card">
        <h2 id="standing" className="standing-title">
          As it stood at version {event.version}
        </h2>
        {facts.length === 0 && <p className="soft">Nothing can be told of it.</p>}
        <dl className="facts">
          {facts.map(([name, fact]) => (
            <div key={name} className={classes("fact", changed.has(name) && "fact-changed")}>
              <dt>{name}</dt>
              <dd>
                <FactValue of={fact} />
                {changed.has(name) && <span className="visually-hidden"> (changed here)</span>}
              </dd>
            </div>
          ))}
        </dl>
        <p className="small soft standing-hint">
          <kbd>←</kbd> <kbd>→</kbd> step through what happened.
        </p>
      </div>
    </aside>
  );
}
