import { useEffect, useState, useSyncExternalStore } from "react";
import { isWaiting, onWaiting } from "../api";
import { useLiveState } from "../live/LiveUpdates";

const PATIENCE_MILLISECONDS = 3000;

/** Says what stands between the page and the shop, if anything does. */
export function Banner() {
  const online = useSyncExternalStore(listenOnline, () => navigator.onLine);
  const waiting = useSyncExternalStore(onWaiting, isWaiting);
  const deaf = useLasting(useLiveState() !== "open");

  const words = !online
    ? "You are offline. What you see may be out of date."
    : waiting
      ? "The shop is not answering. Trying again…"
      : deaf
        ? "Reconnecting… Meanwhile this page looks for news every few seconds."
        : null;
  return (
    <div role="status" aria-live="polite" className="banner-place">
      {words && <p className="banner">{words}</p>}
    </div>
  );
}

/** Whether something has been so for a while: what passes at once is not worth a word. */
function useLasting(so: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!so) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [so]);
  return lasting;
}

function listenOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
