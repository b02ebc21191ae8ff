import type { Consumer } from "../../../api";
import { beside, ownersOf, partsOf, plural, settledShare } from "./health";
import { Partitions } from "./Partitions";
import { Standstill } from "./Standstill";

const LOOKS: Record<Consumer["state"], [words: string, look: string]> = {
  working: ["Working", "good"],
  paused: ["Paused", "warn"],
  faulty: ["Stands still", "bad"],
  stopped: ["Nobody works", "bad"],
};

export function consumerId(consumer: string): string {
  return `consumer-${consumer}`;
}

interface ConsumerRowProps {
  consumer: Consumer;
  all: Consumer[];
  /** How many events the one that is furthest behind has to settle. */
  furthest: number;
}

/** One consumer at a glance; opened, partition by partition. */
export function ConsumerRow({ consumer, all, furthest }: ConsumerRowProps) {
  const { lag_events, held, dead, state, feeds } = consumer;
  const { name, generation } = partsOf(consumer.consumer);
  const [words, look] = LOOKS[state];
  return (
    <li id={consumerId(consumer.consumer)} className="consumer card">
      <details>
        <summary className="consumer-summary">
          <span className="consumer-name">
            <strong>{name}</strong>
            {generation !== null && <span className="small soft"> generation {generation}</span>}
          </span>
          <span className={`badge badge-${look}`}>{words}</span>
          <span className="consumer-lag">
            <span className="small figures">
              {lag_events === 0 ? "up to date" : `${plural(lag_events, "event")} behind`}
            </span>
            {lag_events > 0 && (
              <span className="bar" aria-hidden="true">
                <span className="bar-part" style={{ width: `${(lag_events / furthest) * 100}%` }} />
              </span>
            )}
          </span>
          <span className="consumer-counts small">
            {dead > 0 && <span className="badge badge-bad">{plural(dead, "dead letter")}</span>}
            {held > dead && <span className="badge badge-warn">{held - dead} failing</span>}
          </span>
        </summary>
        <div className="stack consumer-details">
          <Standstill consumer={consumer} />
          {beside(consumer, all) && <Replay of={consumer} />}
          <Partitions consumer={consumer} />
          <Owners consumer={consumer} />
          {feeds.length === 0 && <p className="soft">It has no feed yet.</p>}
        </div>
      </details>
    </li>
  );
}

/** How far one of several generations is: a replay builds the newest beside the live one. */
function Replay({ of }: { of: Consumer }) {
  const percent = Math.floor(settledShare(of) * 100);
  return (
    <div className="field">
      <label htmlFor={`replay-${of.consumer}`}>Settled of the log</label>
      <div className="row">
        <progress id={`replay-${of.consumer}`} max={100} value={percent} />
        <span className="figures">{percent} %</span>
      </div>
    </div>
  );
}

function Owners({ consumer }: { consumer: Consumer }) {
  const owners = ownersOf(consumer);
  if (owners.length === 0) return null;
  return (
    <p className="small soft">
      Worked on by{" "}
      {owners.map(([owner, feeds], place) => (
        <span key={owner}>
          {place > 0 && ", "}
          <span className="id">{owner}</span> ({plural(feeds, "feed")})
        </span>
      ))}
    </p>
  );
}
