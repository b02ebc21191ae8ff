import { answer, api } from "../client";
import { onSession, renewedAt } from "../session";
import type { Hearing } from "./events";
import { openStream } from "./stream";

const RECENT_MILLISECONDS = 10_000;

/** Listens as whoever is logged in: opens another connection when that changes. Answers how to stop. */
export function listen(hearing: Hearing, afresh: boolean): () => void {
  let cutAt = -Infinity;
  const told = {
    ...hearing,
    cut: () => {
      cutAt = Date.now();
      return verifySession();
    },
  };
  let stream = openStream(told, afresh);

  const forget = onSession((event) => {
    // A stream that went on before the session was renewed went on as a guest's.
    if (event === "renewed" && Date.now() - cutAt > RECENT_MILLISECONDS) return;
    stream.close();
    stream = openStream(told, true);
  });
  return () => {
    forget();
    stream.close();
  };
}

// A stream ends with its session, so this is how a page learns within a second that it was revoked.
async function verifySession(): Promise<void> {
  if (renewedAt() === null) return;
  await answer(api.GET("/api/users/me")).catch(() => undefined);
}
