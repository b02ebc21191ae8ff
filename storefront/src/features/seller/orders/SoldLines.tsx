import { Link } from "react-router-dom";
import type { WholeOrder } from "../../../api";
import { Price } from "../../../components/Price";
import { times } from "../../../lib/money";
import { ParcelState } from "../../orders/Parcels";

/** What of an order is the caller's to send, and the parcel that it went with. */
export function SoldLines({ order }: { order: WholeOrder }) {
  return (
    <section className="card stack" aria-labelledby="lines">
      <h2 id="lines">What was ordered</h2>
      <ul role="list" className="stack" aria-label="Lines">
        {order.lines.map(({ product_id, name, quantity, unit_price, returned }) => (
          <li key={product_id} className="spread">
            <span>
              <strong className="figures">{quantity} ×</strong>{" "}
              <Link to={`/seller/products/${product_id}`}>{name}</Link>
              {returned > 0 && <span className="soft small"> ({returned} came back)</span>}
            </span>
            <Price of={times(unit_price, quantity)} />
          </li>
        ))}
      </ul>
      <p className="spread seller-total">
        <strong>Total</strong>
        <strong>
          <Price of={order.total} />
        </strong>
      </p>
      {order.shipments.map((shipment) => (
        <ParcelState key={shipment.seller_id} shipment={shipment} />
      ))}
    </section>
  );
}
