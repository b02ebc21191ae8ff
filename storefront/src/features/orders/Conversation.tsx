import type { Message, WholeOrder } from "../../api";
import { Failure } from "../../components/Blank";
import { Button } from "../../components/Button";
import { Skeleton } from "../../components/Skeleton";
import { Time } from "../../components/Time";
import { classes } from "../../lib/classes";
import { useMe } from "../../session/useMe";
import { useMessages } from "./queries";
import { Typing } from "./Typing";
import { WriteMessage } from "./WriteMessage";

/** What buyer and sellers write to one another about an order. */
export function Conversation({ order }: { order: WholeOrder }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useMessages(
    order.id,
  );
  const me = useMe();
  // Staff may read along.
  const takesPart = [order.buyer_id, ...order.lines.map(({ seller_id }) => seller_id)].includes(me?.id);
  const messages = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="card stack" aria-labelledby="messages">
      <h2 id="messages">Messages</h2>
      {isPending && <Skeleton lines={2} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {hasNextPage && (
        <div>
          <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older messages
          </Button>
        </div>
      )}
      {data && messages.length === 0 && (
        <p className="soft">
          Nothing yet.{takesPart && " Everybody in this order reads what you write here."}
        </p>
      )}
      <div role="log" aria-label="Messages about this order">
        <ol role="list" className="messages">
          {[...messages].reverse().map((message) => (
            <Bubble key={message.number} message={message} />
          ))}
        </ol>
      </div>
      <Typing orderId={order.id} />
      {takesPart && <WriteMessage orderId={order.id} />}
    </section>
  );
}

function Bubble({ message }: { message: Message }) {
  const author = message.own
    ? "You"
    : (message.shop_name ?? (message.party === "buyer" ? "The buyer" : "A seller"));
  return (
    <li className={classes("message", message.own && "message-own")}>
      <p className="small soft">
        <strong>{author}</strong> · <Time at={message.at} />
      </p>
      <p className="message-text">{message.text ?? <em>This message is gone with its author.</em>}</p>
    </li>
  );
}
