import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router-dom";
import { answer, api, isProblem, keys, named, type NewOrder } from "../../api";
import { emptyCart } from "../cart/store";
import { attemptFor, settleAttempt } from "./attempt";
import { wishToPay } from "./payment";

interface Placement {
  order: NewOrder;
  /** How it is to be paid once everything is reserved. */
  payWith: string;
}

export function usePlaceOrder() {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ order }: Placement) => {
      const attempt = await attemptFor(order);
      return answer(api.POST("/api/orders", { body: order, headers: named(attempt) }));
    },
    onSuccess: ({ id }, { payWith }) => {
      settleAttempt();
      wishToPay(id, payWith);
      void client.invalidateQueries({ queryKey: keys.orders });
      navigate(`/orders/${id}`, { replace: true });
      emptyCart();
    },
    onError: (error) => {
      // Without an answer nobody knows whether it was placed: the next try has the same name then.
      if (isProblem(error) && error.passing) return;
      settleAttempt();
      void client.invalidateQueries({ queryKey: keys.products });
    },
  });
}
