import { Link, useNavigate, useSearchParams } from "react-router-dom";
import type { Order, OrderStatus } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Pagination } from "../../../components/Pagination";
import { Price } from "../../../components/Price";
import { Skeleton } from "../../../components/Skeleton";
import { isOrderStatus, ORDER_STATUSES, StatusBadge, statusWords } from "../../../components/StatusBadge";
import { StatusSelect } from "../../../components/StatusSelect";
import { Time } from "../../../components/Time";
import "../../orders/orders.css";
import { useSales } from "../queries";
import { goodsOf } from "../../orders/goods";
import { useArrived } from "./useArrivals";

// A seller's own part of an order is shipped as a whole.
const STATUSES = ORDER_STATUSES.filter((status) => status !== "partly_shipped");

export function SalesPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const chosen = search.get("status");
  const status = isOrderStatus(chosen) ? chosen : undefined;
  const { data, error, isPending, isPlaceholderData, refetch } = useSales({
    status,
    cursor: search.get("cursor") ?? undefined,
  });
  const arrived = useArrived();
  return (
    <div className="stack-l">
      <title>Orders · Your shop · Millrace</title>
      <div className="spread">
        <h1>Orders</h1>
        <StatusSelect
          status={status}
          onChoose={(chosen) => navigate(chosen ? `?status=${chosen}` : "/seller/orders")}
          offered={STATUSES}
          words={saleWords}
        />
      </div>
      {isPending && <Skeleton lines={6} label="Loading the orders" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title={status ? "No order is there" : "Nobody has ordered yet"}>
          {status ? (
            <Link className="button" to="/seller/orders">
              Show all orders
            </Link>
          ) : (
            <p>Orders show up here by themselves, the moment they are placed.</p>
          )}
        </Blank>
      )}
      {data && data.items.length > 0 && (
        <ul role="list" className="stack" aria-label="Orders" aria-busy={isPlaceholderData}>
          {data.items.map((order) => (
            <SaleRow key={order.id} order={order} isNew={arrived.has(order.id)} />
          ))}
        </ul>
      )}
      <Pagination next={data?.next_cursor} label="Pages of orders" />
    </div>
  );
}

function saleWords(status: OrderStatus): string {
  return status === "paid" ? "Paid, to be shipped" : statusWords(status);
}

function SaleRow({ order, isNew }: { order: Order; isNew: boolean }) {
  return (
    <li className="card order-row">
      <div className="stack order-row-words">
        <Link to={`/seller/orders/${order.id}`}>{goodsOf(order)}</Link>
        <span className="small soft">
          {isNew && <span className="badge badge-good">New</span>} <Time at={order.placed_at} />
        </span>
      </div>
      <StatusBadge status={order.status} />
      <strong>
        <Price of={order.total} />
      </strong>
    </li>
  );
}
