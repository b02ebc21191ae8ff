import { useState } from "react";
import type { Product } from "../../api";
import { Button } from "../../components/Button";
import { toast } from "../../components/toast";
import { Quantity } from "../cart/Quantity";
import { addToCart } from "../cart/store";
import "../cart/cart.css";

export function AddToCart({ product }: { product: Product }) {
  const [quantity, setQuantity] = useState(1);
  const gone = product.stock === "out";
  const put = () => {
    addToCart({ product_id: product.id, quantity, price: product.price });
    toast(`${quantity} × ${product.name} in your cart.`, { to: "/cart", text: "View cart" });
    setQuantity(1);
  };
  return (
    <div className="row">
      <Quantity of={product.name} value={quantity} onChange={setQuantity} disabled={gone} />
      <Button look="primary" disabled={gone} onClick={put}>
        {gone ? "Out of stock" : "Add to cart"}
      </Button>
    </div>
  );
}
