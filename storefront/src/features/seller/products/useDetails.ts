import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys, type Product } from "../../../api";
import { toast } from "../../../components/toast";
import { onTop } from "./conflict";
import { differences, draftOf, tidied, type Draft } from "./draft";
import { save } from "./save";

/**
 * The form of a product: the product that it began with, what is typed by now, and theirs, where somebody was faster.
 * Nothing that was typed is given up before whoever typed it says so.
 */
export function useDetails(product: Product) {
  const client = useQueryClient();
  const [base, setBase] = useState(product);
  const [draft, setDraft] = useState(() => draftOf(product));
  const [theirs, setTheirs] = useState<Product | null>(null);

  const begin = (now: Product) => {
    setBase(now);
    setDraft(draftOf(now));
    setTheirs(null);
  };
  const untouched = differences(draftOf(base), draft).length === 0;
  if (product.version > base.version) {
    if (untouched) begin(product);
    else if (differences(draftOf(base), draftOf(product)).length === 0) setBase(product);
  }

  const saving = useMutation({
    mutationFn: ({ onto, wanted }: { onto: Product; wanted: Draft }) => save(onto, wanted),
    onSuccess: (outcome) => {
      const known = "theirs" in outcome ? outcome.theirs : outcome.saved;
      client.setQueryData(keys.product(product.id), known);
      if ("theirs" in outcome) {
        setTheirs(known);
        return;
      }
      begin(known);
      void client.invalidateQueries({ queryKey: keys.products });
      void client.invalidateQueries({ queryKey: keys.ownProducts });
      toast("The product is saved.");
    },
  });

  return {
    base,
    draft,
    setDraft,
    untouched,
    theirs,
    saving,
    submit: () => {
      const wanted = tidied(draft);
      setDraft(wanted);
      saving.mutate({ onto: base, wanted });
    },
    takeTheirs: () => theirs && begin(theirs),
    keepMine: () =>
      theirs && saving.mutate({ onto: theirs, wanted: onTop(draftOf(base), draftOf(theirs), draft) }),
    goOn: () => setTheirs(null),
  };
}
