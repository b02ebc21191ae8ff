import { Link } from "react-router-dom";
import type { StoredEvent } from "../../../api";
import { classes } from "../../../lib/classes";
import { timeBetween } from "../../../lib/time";
import { Ago, Exactly } from "../When";
import { Actor } from "./Actor";
import { Changes } from "./Changes";
import { Origin } from "./Origin";
import type { Moment } from "./standing";
import { momentId } from "./useSteps";
import { Definitions, Value } from "./Value";
import { eventWords, lookOf } from "./words";

interface MomentCardProps {
  moment: Moment;
  before: StoredEvent | undefined;
  shown: boolean;
}

/** One event in the history of an aggregate. */
export function MomentCard({ moment: { event, changes }, before, shown }: MomentCardProps) {
  const { version, type, at, actor, data } = event;
  const together = before?.command === event.command;
  return (
    <li
      id={momentId(version)}
      className={classes(
        "moment",
        `look-${lookOf(type)}`,
        shown && "moment-shown",
        together && "moment-together",
      )}
    >
      <span className="moment-version figures" aria-hidden="true">
        {version}
      </span>
      <article className="card stack moment-card" aria-label={`Version ${version}: ${eventWords(type)}`}>
        <div className="spread">
          <h2 className="moment-title">
            <Link
              to={`?version=${version}`}
              replace
              preventScrollReset
              aria-current={shown ? "true" : undefined}
            >
              <span className="visually-hidden">Version {version}: </span>
              {eventWords(type)}
            </Link>
          </h2>
          <span className="small soft">
            <Ago at={at} />
          </span>
        </div>
        <p className="small soft">
          by <Actor actor={actor} /> · <Exactly at={at} />
          {before && ` · ${together ? "in the same decision" : `${timeBetween(before.at, at)} later`}`}
        </p>
        {before && <Changes of={changes} />}
        <Said data={data} />
        {shown && <Origin event={event} />}
      </article>
    </li>
  );
}

function Said({ data }: { data: unknown }) {
  if (typeof data !== "object" || data === null || Array.isArray(data))
    return <Value of={data} field="data" />;
  if (Object.keys(data).length === 0) return null;
  return <Definitions of={data as Record<string, unknown>} />;
}
