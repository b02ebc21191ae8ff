import { useParams } from "react-router-dom";
import { isProblem, type WholeOrder } from "../../api";
import { Failure } from "../../components/Blank";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { StatusBadge } from "../../components/StatusBadge";
import { Stepper } from "../../components/Stepper";
import { Time } from "../../components/Time";
import { NotFoundPage } from "../../shell/pages";
import { Cancel } from "./Cancel";
import { Conversation } from "./Conversation";
import { Parcels } from "./Parcels";
import { PayPanel } from "./PayPanel";
import { useOrder, useShopNames } from "./queries";
import { Rejected } from "./Rejected";
import { stepsOf } from "./steps";
import { Timeline } from "./Timeline";
import { Totals } from "./Totals";
import "./orders.css";

export function Component() {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useOrder(id);
  if (isProblem(error) && error.status === 404) return <NotFoundPage />;
  return (
    <div className="page">
      <title>Your order · Millrace</title>
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
        <div className="spread">
          <h1>Your order</h1>
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
        <Stepper steps={stepsOf(order)} label="How far your order is" />
      </section>
      <Rejected order={order} />
      <PayPanel order={order} />
      <div className="order-columns">
        <div className="stack-l">
          <Parcels order={order} shops={shops} />
          <Conversation order={order} />
        </div>
        <div className="stack-l">
          <Totals order={order} />
          <Timeline order={order} shops={shops} />
          {order.actions.includes("cancel") && <Cancel order={order} />}
        </div>
      </div>
    </div>
  );
}
