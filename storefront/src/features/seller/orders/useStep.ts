import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "../../../api";
import { toast } from "../../../components/toast";

/** Takes an order a step further, and shows how it stands then. */
export function useStep<Wanted, Answer>(
  orderId: string,
  step: (wanted: Wanted) => Promise<Answer>,
  words: (answer: Answer) => string,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: step,
    onSuccess: (answer) => toast(words(answer)),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.order(orderId) });
      void client.invalidateQueries({ queryKey: keys.ownTrade });
    },
  });
}
