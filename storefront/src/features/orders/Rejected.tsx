import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router-dom";
import { answer, api, keys, type WholeOrder } from "../../api";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { addToCart } from "../cart/store";

/** Why an order came to nothing, with what was short, and a way to try again. */
export function Rejected({ order }: { order: WholeOrder }) {
  const rejected = order.status === "rejected";
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: [...keys.timeline(order.id), "short"],
    queryFn: () =>
      answer(
        api.GET("/api/orders/{id}/timeline", { params: { path: { id: order.id }, query: { limit: 100 } } }),
      ),
    enabled: rejected,
  });
  if (!rejected && order.status !== "expired") return null;

  const short = data?.items.flatMap((moment) => moment.short ?? []) ?? [];
  const nameOf = (id: string) => order.lines.find(({ product_id }) => product_id === id)?.name ?? "A product";
  const again = () => {
    for (const { product_id, quantity, unit_price } of order.lines) {
      const left = short.find((line) => line.product_id === product_id)?.available ?? quantity;
      if (left > 0) addToCart({ product_id, quantity: Math.min(left, quantity), price: unit_price });
    }
    navigate("/cart");
  };
  return (
    <Notice look="bad" alert>
      <p>
        <strong>
          {rejected
            ? "Somebody was faster: not everything was left. Nothing was ordered, and nothing was paid."
            : "This order was not paid in time. Nothing was taken, and everything was given back."}
        </strong>
      </p>
      {short.length > 0 && (
        <ul>
          {short.map(({ product_id, requested, available }) => (
            <li key={product_id}>
              {nameOf(product_id)}: you wanted {requested},{" "}
              {available === 0 ? "none was" : `${available} were`} left
            </li>
          ))}
        </ul>
      )}
      <Button size="small" onClick={again}>
        Put what is left back into the cart
      </Button>
    </Notice>
  );
}
