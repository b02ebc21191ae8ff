import { Link } from "react-router-dom";
import { Button } from "../../components/Button";
import { Price } from "../../components/Price";
import { toast } from "../../components/toast";
import { times } from "../../lib/money";
import { ProductImage } from "../product/ProductImage";
import type { CheckedLine } from "./checked";
import { Quantity } from "./Quantity";
import { setQuantity } from "./store";

export function CartLineRow({ line }: { line: CheckedLine }) {
  const { product, quantity, price, trouble } = line;
  const name = product?.name ?? "A product that is gone";
  const remove = () => {
    setQuantity(line.product_id, 0);
    toast(`${name} is out of your cart.`);
  };
  return (
    <li className="cart-line">
      <div className="cart-image">{product && <ProductImage product={product} />}</div>
      <div className="cart-words">
        {product ? <Link to={`/products/${product.id}`}>{name}</Link> : <span>{name}</span>}
        {trouble === "unavailable" && <span className="field-error">No longer on offer</span>}
        {trouble === "out_of_stock" && <span className="field-error">Out of stock</span>}
        {product && trouble === "price_changed" && (
          <span className="small">
            <s>
              <span className="visually-hidden">was </span>
              <Price of={price} />
            </s>{" "}
            <strong>
              <span className="visually-hidden">now </span>
              <Price of={product.price} />
            </strong>
          </span>
        )}
        {product && trouble === null && (
          <span className="small soft">
            <Price of={product.price} /> each
          </span>
        )}
      </div>
      <Quantity
        of={name}
        value={quantity}
        disabled={trouble === "unavailable"}
        onChange={(now) => setQuantity(line.product_id, now)}
      />
      <strong className="cart-price">{product && <Price of={times(product.price, quantity)} />}</strong>
      <Button
        look="quiet"
        size="small"
        className="cart-remove"
        aria-label={`Remove ${name}`}
        onClick={remove}
      >
        Remove
      </Button>
    </li>
  );
}
