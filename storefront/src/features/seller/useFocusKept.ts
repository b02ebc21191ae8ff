import { useEffect, useRef } from "react";

/**
 * Keeps the keyboard where it was: when what had the focus goes because `state` has changed, the element that takes this
 * reference has it next. It needs `tabIndex={-1}`.
 */
export function useFocusKept<Element extends HTMLElement>(state: string) {
  const place = useRef<Element>(null);
  const shown = useRef(state);
  useEffect(() => {
    if (shown.current === state) return;
    shown.current = state;
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, [state]);
  return place;
}
