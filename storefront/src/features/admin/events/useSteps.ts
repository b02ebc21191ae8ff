import { useCallback, useEffect } from "react";
import { useSearchParams } from "react-router-dom";

/** The element that shows a version. */
export function momentId(version: number): string {
  return `version-${version}`;
}

/** Where the arrows have a meaning of their own. */
const OWN_ARROWS = "input, select, textarea, dialog, .table-scroll";

/** Steps through the versions of a history: by buttons, or by the arrows left and right. The version is in the address. */
export function useSteps(shown: number, last: number) {
  const [, setSearch] = useSearchParams();
  const step = useCallback(
    (by: 1 | -1) => {
      const version = shown + by;
      if (version < 1 || version > last) return false;
      setSearch({ version: String(version) }, { replace: true, preventScrollReset: true });
      document.getElementById(momentId(version))?.scrollIntoView({ block: "center" });
      return version;
    },
    [shown, last, setSearch],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : null;
      if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.target instanceof Element && event.target.closest(OWN_ARROWS)) return;
      const version = step(by);
      if (version === false) return;
      event.preventDefault();
      document.querySelector<HTMLElement>(`#${momentId(version)} a`)?.focus({ preventScroll: true });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [step]);
  return step;
}
