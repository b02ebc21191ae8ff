import { useParams } from "react-router-dom";
import { isProblem, type WholeOrder } from "../../api";
import { Failure } from "../../components/Blank";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/useMe";
import { NotFoundPage } from "../../shell/pages";
import { HistoryLink } from "../admin/HistoryLink";
import { Cancel } from "./Cancel";
import { Conversation } from "./Conversation";
import { OrderHead } from "./OrderHead";
import { Parcels } from "./Parcels";
import { PayPanel } from "./PayPanel";
import { useOrder, useShopNames } from "./queries";
import { Rejected } from "./Rejected";
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
      <OrderHead
        order={order}
        title={own ? "Your order" : "Order"}
        progress={own ? "How far your order is" : "How far the order is"}
      />
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
