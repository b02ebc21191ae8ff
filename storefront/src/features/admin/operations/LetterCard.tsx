import { useState } from "react";
import type { DeadLetter } from "../../../api";
import { Button } from "../../../components/Button";
import { aggregateOf } from "../events/references";
import { Reference } from "../events/Reference";
import { eventWords } from "../events/words";
import { useMayAct } from "../staff";
import { Ago } from "../When";
import { plural } from "./health";
import { DiscardDialog, RetryDialog } from "./LetterDialogs";
import type { Asked } from "./outcomes";

interface LetterCardProps {
  letter: DeadLetter;
  onAsked: (asked: Asked) => void;
}

export function LetterCard({ letter, onAsked }: LetterCardProps) {
  const [dialog, setDialog] = useState<Asked["wish"] | null>(null);
  const mayAct = useMayAct();
  const { group, aggregate, version, type, error, attempts, waiting, asked, data } = letter;
  const close = () => setDialog(null);
  const note = (wish: Asked["wish"]) => onAsked({ group, id: letter.id, wish, attempts });
  return (
    <li className="card stack letter">
      <div className="spread">
        <h3>
          {eventWords(type)} <Reference to={aggregateOf(aggregate)} version={version} />
        </h3>
        {asked ? (
          <span className="badge badge-active">Asked for, not done yet</span>
        ) : (
          <span className="badge badge-bad">{group}</span>
        )}
      </div>
      <pre className="fault">{error}</pre>
      <p className="small soft">
        {group} tried it {plural(attempts, "time")}, first <Ago at={letter.first_failed_at} />, last{" "}
        <Ago at={letter.last_failed_at} />. {plural(waiting, "event")} of this {aggregateOf(aggregate).kind}{" "}
        {waiting === 1 ? "waits" : "wait"}, this one included.
      </p>
      <details>
        <summary>What the event says</summary>
        {/* A region that scrolls must be reachable by keyboard. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="raw table-scroll" role="region" aria-label="What the event says" tabIndex={0}>
          {JSON.stringify(data, null, 2)}
        </pre>
      </details>
      {mayAct && (
        <div className="row">
          <Button size="small" look="primary" onClick={() => setDialog("retry")}>
            Try it again
          </Button>
          <Button size="small" look="danger" onClick={() => setDialog("discard")}>
            Discard it
          </Button>
        </div>
      )}
      {dialog === "retry" && <RetryDialog letter={letter} onClose={close} onAsked={() => note("retry")} />}
      {dialog === "discard" && (
        <DiscardDialog letter={letter} onClose={close} onAsked={() => note("discard")} />
      )}
    </li>
  );
}
