import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys, Problem } from "../../../api";
import type { Values } from "../../../components/Form";
import { toast } from "../../../components/toast";
import { wholeNumber } from "../numbers";

/** Changes a stock, and shows how it stands then. */
export function useStockChange(
  productId: string,
  change: (values: Values) => Promise<unknown>,
  words: string,
  onDone: () => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      onDone();
      toast(words);
    },
    onSettled: () => {
      for (const queryKey of [keys.inventory(productId), keys.ownProducts, keys.summaries]) {
        void client.invalidateQueries({ queryKey });
      }
    },
  });
}

/** A number of units as typed into a field of a form. */
export function unitsIn(values: Values, field: string): number {
  const units = wholeNumber(values[field] ?? "");
  if (units === null) throw Problem.invalid({ [field]: "Enter a number of units." });
  return units;
}
