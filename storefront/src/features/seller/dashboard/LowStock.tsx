import { Link } from "react-router-dom";
import type { Summary } from "../../../api";

/** Products of which fewer are left than their thresholds say. */
export function LowStock({ low: { count, products } }: { low: Summary["low_stock"] }) {
  return (
    <section className="card stack" aria-labelledby="low-stock">
      <div className="spread">
        <h2 id="low-stock">Low stock</h2>
        <p role="status" className={count > 0 ? "badge badge-warn" : "badge"}>
          {count} {count === 1 ? "product" : "products"}
        </p>
      </div>
      {count === 0 && <p className="soft">There is enough of everything.</p>}
      {count > 0 && (
        <ul role="list" className="seller-lines" aria-label="Products that run low">
          {products.map(({ product_id, name, available, threshold }) => (
            <li key={product_id}>
              <Link to={`/seller/products/${product_id}`}>{name}</Link>
              <span className="small soft figures">
                {available === 0 ? "none left" : `${available} left`}, low below {threshold}
              </span>
            </li>
          ))}
        </ul>
      )}
      {count > products.length && <p className="small soft">Those of which there is least are shown.</p>}
    </section>
  );
}
