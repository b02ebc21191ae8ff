import type { Money } from "../../api";
import { Price } from "../../components/Price";
import { times } from "../../lib/money";
import type { CheckedLine } from "../cart/checked";

export function Summary({ lines, total }: { lines: CheckedLine[]; total: Money | null }) {
  return (
    <div className="stack">
      <ul role="list" className="stack small">
        {lines.map(({ product, product_id, quantity }) => (
          <li key={product_id} className="spread summary-line">
            <span>
              {quantity} × {product?.name ?? "A product that is gone"}
            </span>
            {product && <Price of={times(product.price, quantity)} />}
          </li>
        ))}
      </ul>
      <div className="spread summary-total">
        <span>Total</span>
        <strong>{total && <Price of={total} />}</strong>
      </div>
    </div>
  );
}
