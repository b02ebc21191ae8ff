import { useSyncExternalStore } from "react";
import { formatExactly, relative } from "../../lib/time";

// One clock for all that is told in relation to now.
const listeners = new Set<() => void>();
let clock: ReturnType<typeof setInterval> | undefined;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  clock ??= setInterval(() => listeners.forEach((tell) => tell()), 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(clock);
    clock = undefined;
  };
}

/** How long ago, kept true; the exact time is in its title. */
export function Ago({ at }: { at: string }) {
  const words = useSyncExternalStore(listen, () => relative(at, Date.now()));
  return (
    <time dateTime={at} title={formatExactly(at)}>
      {words}
    </time>
  );
}

/** To the millisecond, as the log has it. */
export function Exactly({ at }: { at: string }) {
  return (
    <time dateTime={at} className="figures">
      {formatExactly(at)}
    </time>
  );
}
