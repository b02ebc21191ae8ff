import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, keys, type Paid } from "../../api";
import { toast } from "../../components/toast";

const WORDS: Record<Paid["outcome"], string | null> = {
  paid: "Paid. Thank you!",
  paid_late: "The money came too late and goes back to you.",
  declined: null,
  awaited: null,
};

/** Begins an attempt to pay. The request layer repeats it by the same name until there is an answer. */
export function usePay(orderId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) =>
      answer(
        api.POST("/api/orders/{id}/payment", {
          params: { path: { id: orderId } },
          body: { method_token: token },
        }),
      ),
    onSuccess: ({ outcome }) => {
      const words = WORDS[outcome];
      if (words) toast(words);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.order(orderId) }),
  });
}
