import { Link } from "react-router-dom";
import type { OrderLine, Shipment, WholeOrder } from "../../api";
import { Price } from "../../components/Price";
import { Time } from "../../components/Time";
import { times } from "../../lib/money";

interface ParcelsProps {
  order: WholeOrder;
  shops: ReadonlyMap<string, string>;
}

/** The lines of an order by seller, each of whom sends one parcel. */
export function Parcels({ order, shops }: ParcelsProps) {
  return (
    <div className="stack">
      {[...shops].map(([seller, shop]) => (
        <section key={seller} className="card stack" aria-label={`From ${shop}`}>
          <h2 className="parcel-head">
            From <Link to={`/sellers/${seller}`}>{shop}</Link>
          </h2>
          <ul role="list" className="stack">
            {order.lines
              .filter(({ seller_id }) => seller_id === seller)
              .map((line) => (
                <LineRow key={line.product_id} line={line} />
              ))}
          </ul>
          <ParcelState shipment={order.shipments.find(({ seller_id }) => seller_id === seller)} />
        </section>
      ))}
    </div>
  );
}

function LineRow({ line }: { line: OrderLine }) {
  return (
    <li className="spread">
      <span>
        {line.quantity} × <Link to={`/products/${line.product_id}`}>{line.name}</Link>
        {line.returned > 0 && <span className="soft small"> ({line.returned} came back)</span>}
      </span>
      <Price of={times(line.unit_price, line.quantity)} />
    </li>
  );
}

/** How far a seller's parcel is. */
export function ParcelState({ shipment }: { shipment: Shipment | undefined }) {
  if (!shipment) return null;
  return (
    <p className="parcel-state small">
      {shipment.delivered_at ? (
        <>
          Delivered <Time at={shipment.delivered_at} />
        </>
      ) : (
        <>
          On its way since <Time at={shipment.shipped_at} />
        </>
      )}
      {shipment.tracking && <Tracking of={shipment.tracking} />}
    </p>
  );
}

function Tracking({ of }: { of: string }) {
  return (
    <>
      {" · "}
      {of.startsWith("https://") ? (
        <a href={of} target="_blank" rel="noreferrer">
          Follow the parcel<span className="visually-hidden"> (opens a new tab)</span>
        </a>
      ) : (
        <>
          Tracking <strong>{of}</strong>
        </>
      )}
    </>
  );
}
