import { useEffect, useRef, type RefObject } from "react";

/**
 * Answers the place that takes the focus when what had it, within the place, is gone: a button of a row that has been dealt
 * with, for instance. `shown` changes whenever that may have happened. The place needs a `tabIndex` of -1.
 */
export function useFocusKept<Place extends HTMLElement>(shown: unknown): RefObject<Place | null> {
  const place = useRef<Place>(null);
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const within = place.current;
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element ? target : null;
    };
    within?.addEventListener("focusin", note);
    return () => within?.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    const lost = last.current?.isConnected === false && document.activeElement === document.body;
    if (lost) place.current?.focus();
  }, [shown]);
  return place;
}
