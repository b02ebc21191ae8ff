import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import type { Contested } from "./conflict";
import { FIELD_WORDS } from "./draft";

interface ConflictDialogProps {
  contested: Contested[];
  currency: string;
  busy: boolean;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
  onGoOn: () => void;
}

const BY_WORDS: Record<Contested["by"], string> = {
  both: "changed by both",
  them: "changed meanwhile",
  me: "changed by you",
};

/** Somebody was faster. Shows both, and lets whoever was slower decide; until then nothing is lost. */
export function ConflictDialog({ contested, currency, busy, ...decide }: ConflictDialogProps) {
  return (
    <Dialog title="This product was changed meanwhile" onClose={decide.onGoOn}>
      <p>
        Somebody saved it after you had opened it, in another window perhaps. Nothing of yours is saved yet,
        and nothing is lost.
      </p>
      <dl className="stack">
        {contested.map(({ field, theirs, mine, by }) => (
          <div key={field} className="contested">
            <dt>
              <strong>{FIELD_WORDS[field]}</strong> <span className="small soft">{BY_WORDS[by]}</span>
            </dt>
            <dd>
              <span className="small soft">In the shop now</span>
              <Value of={theirs} unit={field === "price" ? currency : ""} />
            </dd>
            <dd>
              <span className="small soft">{by === "them" ? "As you opened it" : "Yours"}</span>
              <Value of={mine} unit={field === "price" ? currency : ""} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="small soft">
        Keeping yours saves what you have changed. What only they have changed stays as they have it.
      </p>
      <div className="dialog-actions">
        <Button onClick={decide.onGoOn}>Go on editing</Button>
        <Button onClick={decide.onTakeTheirs}>Load theirs</Button>
        <Button look="primary" busy={busy} onClick={decide.onKeepMine}>
          Keep mine
        </Button>
      </div>
    </Dialog>
  );
}

function Value({ of, unit }: { of: string | string[]; unit: string }) {
  const text = Array.isArray(of) ? of.join("\n") : of;
  return <span className="contested-value">{text ? `${text} ${unit}`.trim() : <em>nothing</em>}</span>;
}
