import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys, onSession, PERSONAL, type SessionEvent } from "../api";
import { toast } from "../components/toast";
import { discardCart, ownCart } from "../features/cart/store";

/** Keeps what is shown in step with logins and logouts, in this tab and others. */
export function SessionWatch() {
  const client = useQueryClient();
  useEffect(() => onSession((event) => follow(event, client)), [client]);
  return null;
}

function follow(event: SessionEvent, client: QueryClient): void {
  switch (event) {
    case "renewed":
      return;
    case "begun":
      void client.invalidateQueries();
      return;
    case "over":
      forget(client);
      toast("Your session has ended. Log in again to go on.");
      return;
    case "left":
      discardCart();
      forget(client);
  }
}

function forget(client: QueryClient): void {
  client.setQueryData(keys.me, null);
  ownCart(null);
  for (const queryKey of PERSONAL) {
    client.removeQueries({
      queryKey,
      predicate: (query) => query.queryKey.length > 1 || queryKey[0] !== "me",
    });
  }
  void client.invalidateQueries({ queryKey: keys.products });
}
