import { Link } from "react-router-dom";
import { historyPath, shortId, type Aggregate } from "./references";

/** An aggregate by its id, and the way to its history. */
export function Reference({ to, version }: { to: Aggregate; version?: number }) {
  return (
    <Link className="reference" to={historyPath(to, version)} title={`${to.kind}:${to.id}`}>
      {to.kind} <span className="id">{shortId(to.id)}</span>
    </Link>
  );
}
