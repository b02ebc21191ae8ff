import { Link, useParams } from "react-router-dom";
import { isProblem, type WholeOrder } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Skeleton } from "../../../components/Skeleton";
import { NotFoundPage } from "../../../shell/pages";
import { Conversation } from "../../orders/Conversation";
import "../../orders/orders.css";
import { OrderHead } from "../../orders/OrderHead";
import { useOrder, useShopNames } from "../../orders/queries";
import { Timeline } from "../../orders/Timeline";
import { NextStep } from "./NextStep";
import { Recipient } from "./Recipient";
import { SoldLines } from "./SoldLines";

/** A seller's own part of an order. */
export function SalePage() {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useOrder(id);
  if (isProblem(error) && error.status === 404) return <NotFoundPage />;
  return (
    <div>
      <title>Order · Your shop · Millrace</title>
      {isPending && <Skeleton lines={8} label="Loading the order" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && <Details key={id} order={data} />}
    </div>
  );
}

function Details({ order }: { order: WholeOrder }) {
  const shops = useShopNames(order);
  return (
    <div className="stack-l">
      <OrderHead
        order={order}
        title={order.ship_to ? `Order for ${order.ship_to.name}` : "Order"}
        progress="How far your part of the order is"
      >
        <p className="small">
          <Link to="/seller/orders">All orders</Link>
        </p>
      </OrderHead>
      <div className="order-columns">
        <div className="stack-l">
          <NextStep order={order} />
          <SoldLines order={order} />
          <Conversation order={order} />
        </div>
        <div className="stack-l">
          <Recipient order={order} />
          <Timeline order={order} shops={shops} />
        </div>
      </div>
    </div>
  );
}
