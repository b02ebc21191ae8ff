import type { Hearing, LiveEvent, LiveState } from "./events";
import { listen } from "./listen";

// One connection for the whole browser: the tab that holds the lock listens, and tells the others.
const NAME = "millrace-live";
const BEAT_MILLISECONDS = 4000;
const SILENCE_MILLISECONDS = 15_000;
const AT_ONCE_MILLISECONDS = 2000;

type Word = { event: LiveEvent } | { state: LiveState } | { ask: true };

/** Hears what the shop tells live, by this tab's connection or another's, until it is left. */
export function joinLive(hearing: Hearing): () => void {
  if (!("locks" in navigator) || !("BroadcastChannel" in globalThis)) return listen(hearing, false);

  const joinedAt = Date.now();
  const channel = new BroadcastChannel(NAME);
  const say = (word: Word) => channel.postMessage(word);
  let state: LiveState = "connecting";
  let heardAt = joinedAt;
  let queueing = new AbortController();
  let leave: (() => void) | null = null;
  let left = false;

  channel.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    if ("ask" in data) {
      if (leave) say({ state });
      return;
    }
    heardAt = Date.now();
    if ("event" in data) hearing.event(data.event);
    else hearing.state(data.state);
  });

  /** Leads from the moment of holding the lock until leaving, or until another tab takes it. */
  async function hold(options: LockOptions): Promise<void> {
    let release: (() => void) | undefined;
    try {
      await navigator.locks.request(NAME, options, () => {
        if (left) return;
        const stop = tellOthers();
        return new Promise<void>((resolve) => {
          release = resolve;
          leave = () => {
            stop();
            resolve();
            leave = null;
          };
        });
      });
    } catch {
      if (release === undefined) return; // No longer queueing.
      leave?.();
      heardAt = Date.now();
      queue();
    }
  }

  function tellOthers(): () => void {
    const own: Hearing = {
      event: (event) => {
        hearing.event(event);
        say({ event });
      },
      state: (now) => {
        state = now;
        hearing.state(now);
        say({ state });
      },
    };
    const stop = listen(own, Date.now() - joinedAt > AT_ONCE_MILLISECONDS);
    const beat = setInterval(() => say({ state }), BEAT_MILLISECONDS);
    return () => {
      clearInterval(beat);
      stop();
    };
  }

  function queue(): void {
    queueing = new AbortController();
    void hold({ signal: queueing.signal });
  }

  // A tab in the background may sleep: one that is looked at takes over.
  const watch = setInterval(() => {
    const silent = Date.now() - heardAt > SILENCE_MILLISECONDS;
    if (leave || !silent || document.visibilityState !== "visible") return;
    heardAt = Date.now();
    queueing.abort();
    void hold({ steal: true });
  }, BEAT_MILLISECONDS);

  queue();
  say({ ask: true });
  return () => {
    left = true;
    clearInterval(watch);
    queueing.abort();
    leave?.();
    channel.close();
  };
}
