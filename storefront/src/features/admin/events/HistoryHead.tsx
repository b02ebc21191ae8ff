import { Link } from "react-router-dom";
import { Ago, Exactly } from "../When";
import { historyPath, twinOf, type Aggregate } from "./references";
import type { Moment } from "./standing";

// What shares an id, as seen from the other, and the pages of the shop that show it as it is now.
const TWINS: Record<string, string> = {
  order: "Its messages",
  message: "Its order",
  product: "Its stock",
  inventory: "Its product",
  user: "Their webhooks",
  webhook: "Their owner",
};
const PAGES: Record<string, string> = {
  order: "/orders",
  message: "/orders",
  product: "/products",
  inventory: "/products",
};

export function HistoryTitle({ of: { kind, id } }: { of: Aggregate }) {
  return (
    <div>
      <h1>
        History of {/^[aeio]/.test(kind) ? "an" : "a"} {kind}
      </h1>
      <p className="id history-id">{id}</p>
    </div>
  );
}

interface HistoryHeadProps {
  of: Aggregate;
  moments: Moment[];
  /** Whether these are all there are. */
  whole: boolean;
}

export function HistoryHead({ of, moments, whole }: HistoryHeadProps) {
  const twin = twinOf(of);
  const page = PAGES[of.kind];
  const [first] = moments;
  const last = moments.at(-1);
  return (
    <div className="stack">
      <div className="spread">
        <HistoryTitle of={of} />
        <div className="row">
          {twin && (
            <Link className="button button-small" to={historyPath(twin)}>
              {TWINS[of.kind]}
            </Link>
          )}
          {page && (
            <Link className="button button-small" to={`${page}/${of.id}`}>
              As it is now
            </Link>
          )}
        </div>
      </div>
      {first && last && (
        <p className="soft small">
          {moments.length}
          {!whole && "+"} {moments.length === 1 ? "event" : "events"} · began <Exactly at={first.event.at} />{" "}
          · last <Ago at={last.event.at} />
        </p>
      )}
    </div>
  );
}
