import { Link } from "react-router-dom";
import type { Movement } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Button } from "../../../components/Button";
import { Skeleton } from "../../../components/Skeleton";
import { Table, type Column } from "../../../components/Table";
import { Time } from "../../../components/Time";
import { useMovements } from "../queries";

const KINDS: Record<string, string> = {
  received: "Received",
  adjusted: "Corrected",
  reserved: "Reserved for an order",
  released: "Given back by an order",
  committed: "Sent to a buyer",
  restocked: "Came back",
};

const COLUMNS: Column<Movement>[] = [
  { name: "When", cell: ({ at }) => <Time at={at} /> },
  { name: "What", cell: (movement) => <What of={movement} /> },
  { name: "On hand", cell: ({ on_hand, on_hand_change }) => counted(on_hand, on_hand_change), end: true },
  {
    name: "Reserved",
    cell: ({ reserved, reserved_change }) => counted(reserved, reserved_change),
    end: true,
  },
];

/** The book of a stock: each movement, and what was there afterwards; the latest first. */
export function Ledger({ productId }: { productId: string }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useMovements(productId);
  const movements = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="card stack wide-table" aria-labelledby="ledger">
      <h2 id="ledger">Movements of the stock</h2>
      {isPending && <Skeleton lines={4} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && movements.length === 0 && <p className="soft">Nothing has come in yet.</p>}
      {movements.length > 0 && (
        <Table
          caption="Movements of the stock, latest first"
          columns={COLUMNS}
          rows={movements}
          keyOf={({ version }) => String(version)}
        />
      )}
      {hasNextPage && (
        <div>
          <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show earlier movements
          </Button>
        </div>
      )}
    </section>
  );
}

function What({ of: { kind, note, order_id, by } }: { of: Movement }) {
  const words = KINDS[kind] ?? kind;
  return (
    <>
      {order_id ? <Link to={`/seller/orders/${order_id}`}>{words}</Link> : words}
      {by === "staff" && " by the shop's people"}
      {note && <span className="small soft ledger-note">{note}</span>}
    </>
  );
}

function counted(now: number, change: number) {
  if (change === 0) return <span className="soft">{now}</span>;
  return (
    <>
      <strong>{change > 0 ? `+${change}` : `−${-change}`}</strong>
      <span className="soft"> → {now}</span>
    </>
  );
}
