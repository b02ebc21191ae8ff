import { Link, useNavigate, useSearchParams } from "react-router-dom";
import type { Order } from "../../api";
import { Blank, Failure } from "../../components/Blank";
import { Pagination } from "../../components/Pagination";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { isOrderStatus, StatusBadge } from "../../components/StatusBadge";
import { StatusSelect } from "../../components/StatusSelect";
import { Time } from "../../components/Time";
import { goodsOf } from "./goods";
import { useOrders } from "./queries";
import "./orders.css";

export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const chosen = search.get("status");
  const status = isOrderStatus(chosen) ? chosen : undefined;
  const { data, error, isPending, refetch } = useOrders({
    status,
    cursor: search.get("cursor") ?? undefined,
  });
  return (
    <div className="page page-text stack-l">
      <title>Your orders · Millrace</title>
      <div className="spread">
        <h1>Your orders</h1>
        <StatusSelect
          status={status}
          onChoose={(chosen) => navigate(chosen ? `?status=${chosen}` : "/orders")}
        />
      </div>
      {isPending && <Skeleton lines={6} label="Loading your orders" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title={status ? "None of your orders is there" : "You have not ordered anything yet"}>
          {status ? (
            <Link className="button" to="/orders">
              Show all orders
            </Link>
          ) : (
            <Link className="button button-primary" to="/products">
              Browse the shop
            </Link>
          )}
        </Blank>
      )}
      {data && data.items.length > 0 && (
        <ul role="list" className="stack" aria-label="Orders">
          {data.items.map((order) => (
            <OrderRow key={order.id} order={order} />
          ))}
        </ul>
      )}
      <Pagination next={data?.next_cursor} label="Pages of orders" />
    </div>
  );
}

function OrderRow({ order }: { order: Order }) {
  return (
    <li className="card order-row">
      <div className="stack order-row-words">
        <Link to={`/orders/${order.id}`}>{goodsOf(order)}</Link>
        <span className="small soft">
          <Time at={order.placed_at} />
        </span>
      </div>
      <StatusBadge status={order.status} />
      <strong>
        <Price of={order.total} />
      </strong>
    </li>
  );
}
