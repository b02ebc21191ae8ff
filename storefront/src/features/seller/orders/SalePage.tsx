import { Link, useParams } from "react-router-dom";
import { isProblem, type WholeOrder } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Price } from "../../../components/Price";
import { Skeleton } from "../../../components/Skeleton";
import { StatusBadge } from "../../../components/StatusBadge";
import { Stepper } from "../../../components/Stepper";
import { Time } from "../../../components/Time";
import { NotFoundPage } from "../../../shell/pages";
import { Conversation } from "../../orders/Conversation";
import "../../orders/orders.css";
import { useOrder, useShopNames } from "../../orders/queries";
import { stepsOf } from "../../orders/steps";
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
      <div className="stack">
        <p className="small">
          <Link to="/seller/orders">All orders</Link>
        </p>
        <div className="spread">
          <h1>{order.ship_to ? `Order for ${order.ship_to.name}` : "Order"}</h1>
          <p role="status" className="order-status">
            <span className="visually-hidden">Status: </span>
            <StatusBadge status={order.status} />
          </p>
        </div>
        <p className="soft small">
          <Time at={order.placed_at} /> · <Price of={order.total} /> ·{" "}
          <span className="order-id">{order.id}</span>
        </p>
      </div>
      <section className="card" aria-label="Progress">
        <Stepper steps={stepsOf(order)} label="How far your part of the order is" />
      </section>
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
