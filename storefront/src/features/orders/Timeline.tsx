import type { Moment, WholeOrder } from "../../api";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Blank";
import { Skeleton } from "../../components/Skeleton";
import { Time } from "../../components/Time";
import { formatMoney } from "../../lib/money";
import { useTimeline } from "./queries";

interface TimelineProps {
  order: WholeOrder;
  shops: ReadonlyMap<string, string>;
}

/** What happened to an order, the newest first. */
export function Timeline({ order, shops }: TimelineProps) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useTimeline(
    order.id,
    order.version,
  );
  const moments = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="card stack" aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      {isPending && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {hasNextPage && (
        <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show later events
        </Button>
      )}
      <ol role="list" className="timeline">
        {[...moments].reverse().map((moment) => (
          <li key={moment.version}>
            <p>{wordsOf(moment, shops)}</p>
            <p className="small soft">
              <Time at={moment.at} />
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function wordsOf(moment: Moment, shops: ReadonlyMap<string, string>): string {
  const shop = (moment.seller_id && shops.get(moment.seller_id)) ?? "The seller";
  const amount = moment.amount ? formatMoney(moment.amount) : "the money";
  const reason = moment.reason ? `: ${moment.reason}` : "";
  switch (moment.type) {
    case "order.placed":
      return "Order placed";
    case "order.confirmed":
      return "Everything is reserved";
    case "order.rejected":
      return "There was not enough in stock";
    case "order.payment_started":
      return "Payment begun";
    case "order.payment_pending":
      return "The payment provider takes its time";
    case "order.payment_declined":
      return `Payment declined${reason}`;
    case "order.paid":
      return moment.amount ? `Paid ${amount}` : "Paid";
    case "order.paid_late":
      return `${amount} came too late and goes back`;
    case "order.expired":
      return "Not paid in time: everything was given back";
    case "order.cancelled":
      return `Cancelled${moment.by === "buyer" ? "" : ` by the ${moment.by}`}${reason}`;
    case "order.shipped":
      return `${shop} has shipped${moment.tracking ? ` (${moment.tracking})` : ""}`;
    case "order.delivered":
      return `The parcel of ${shop} has arrived`;
    case "order.completed":
      return "Order completed";
    case "order.returned":
      return `Goods came back to ${shop}${reason}`;
    case "order.refunded":
      return moment.amount ? `${amount} refunded` : "Refunded";
    default:
      return moment.type.replace(/^order\./, "").replaceAll("_", " ");
  }
}
