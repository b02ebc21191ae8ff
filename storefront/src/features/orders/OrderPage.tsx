import { useParams } from "react-router-dom";
import { isProblem, type WholeOrder } from "../../api";
import { Failure } from "../../components/Blank";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { StatusBadge } from "../../components/StatusBadge";
import { Stepper } from "../../components/Stepper";
import { Time } from "../../components/Time";
import { useMe } from "../../session/useMe";
import { NotFoundPage } from "../../shell/pages";
import { HistoryLink } from "../admin/HistoryLink";
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
      {isPending && <Skeleton lines={8} label="Loading the order" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && <Details key={id} order={data} />}
    </div>
  );
}

function Details({ order }: { order: WholeOrder }) {
  const shops = useShopNames(order);
  const own = useMe()?.id === order.buyer_id;
  return (
    <div className="stack-l">
      <title>{`${own ? "Your order" : "Order"} · Millrace`}</title>
      <div className="stack">
        <div className="spread">
          <h1>{own ? "Your order" : "Order"}</h1>
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
        <Stepper steps={stepsOf(order)} label={own ? "How far your order is" : "How far the order is"} />
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
          <div className="row">
            {order.actions.includes("cancel") && <Cancel order={order} />}
            <HistoryLink of={{ kind: "order", id: order.id }} />
          </div>
        </div>
      </div>
    </div>
  );
}
