import { Link } from "react-router-dom";
import { hasRole, useMe } from "../../session/useMe";
import { historyPath, type Aggregate } from "./events/references";

/** Leads whoever looks after the shop to what has happened to something. Nobody else sees it. */
export function HistoryLink({ of }: { of: Aggregate }) {
  if (!hasRole(useMe(), "admin", "support")) return null;
  return (
    <Link className="button button-small" to={historyPath(of)}>
      History
    </Link>
  );
}
