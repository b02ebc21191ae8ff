import { useCallback, useEffect, useState } from "react";
import type { DeadLetter } from "../../../api";
import { toast } from "../../../components/toast";
import { outcomeOf, outcomeWords, type Asked } from "./outcomes";

/** Tells what has become of the letters that somebody has asked for something about. Answers how to note another. */
export function useOutcomes(letters: DeadLetter[] | undefined): (asked: Asked) => void {
  const [open, setOpen] = useState<Asked[]>([]);
  useEffect(() => {
    if (!letters || open.length === 0) return;
    const still = open.filter((asked) => {
      const outcome = outcomeOf(asked, letters);
      if (outcome !== "waiting") toast(outcomeWords(asked, outcome));
      return outcome === "waiting";
    });
    if (still.length < open.length) setOpen(still);
  }, [letters, open]);
  return useCallback((asked) => setOpen((before) => [...before, asked]), []);
}
