import { Link } from "react-router-dom";
import { Failure } from "../../../components/Blank";
import { Skeleton } from "../../../components/Skeleton";
import { Time } from "../../../components/Time";
import { useSales } from "../queries";
import { goodsOf } from "../../orders/goods";

const SHOWN = 5;

/** What buyers wait for. */
export function ToShip({ count }: { count: number }) {
  const { data, error, isPending, refetch } = useSales({ status: "paid", limit: SHOWN });
  return (
    <section className="card stack" aria-labelledby="to-ship">
      <div className="spread">
        <h2 id="to-ship">To ship</h2>
        <p role="status" className={count > 0 ? "badge badge-active" : "badge"}>
          {count} {count === 1 ? "order" : "orders"}
        </p>
      </div>
      {isPending && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && <p className="soft">Everything that was paid is on its way.</p>}
      {data && data.items.length > 0 && (
        <ul role="list" className="seller-lines" aria-label="Orders to ship">
          {data.items.map((order) => (
            <li key={order.id}>
              <Link to={`/seller/orders/${order.id}`}>{goodsOf(order)}</Link>
              <span className="small soft">
                <Time at={order.paid_at ?? order.placed_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {count > SHOWN && <Link to="/seller/orders?status=paid">All orders to ship</Link>}
    </section>
  );
}
