import { LIVE_NAMES, type Hearing, type LiveEvent, type LiveName } from "./events";

const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

interface StreamHearing extends Hearing {
  /** The connection was cut. What this does, another connection waits for where the shop refuses to go on. */
  cut: () => Promise<unknown>;
}

/** Listens to the shop until it is closed. A browser resumes a cut connection by itself, unless it was refused. */
export function openStream(hearing: StreamHearing, afresh: boolean): { close: () => void } {
  let source: EventSource;
  let closed = false;
  let pause = FIRST_PAUSE_MILLISECONDS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(mayHaveMissed: boolean): void {
    source = new EventSource("/api/live");
    let first = true;
    source.addEventListener("open", () => {
      pause = FIRST_PAUSE_MILLISECONDS;
      hearing.state("open");
      if (first && mayHaveMissed) hearing.event({ name: "reset", data: { reason: "reopened" } });
      first = false;
    });
    source.addEventListener("error", () => {
      hearing.state("reconnecting");
      const refused = source.readyState === EventSource.CLOSED;
      void hearing.cut().then(() => {
        if (refused) reopen();
      });
    });
    for (const name of LIVE_NAMES) {
      source.addEventListener(name, (event: MessageEvent<string>) => hearing.event(parsed(name, event.data)));
    }
  }

  function reopen(): void {
    if (closed) return;
    timer = setTimeout(() => open(true), pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }

  hearing.state("connecting");
  open(afresh);
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      source.close();
    },
  };
}

function parsed(name: LiveName, data: string): LiveEvent {
  return { name, data: JSON.parse(data) as never };
}
