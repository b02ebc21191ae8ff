import { useState } from "react";
import type { Product, StockNumbers } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Button } from "../../../components/Button";
import { Skeleton } from "../../../components/Skeleton";
import { useInventory } from "../queries";
import { CorrectDialog } from "./CorrectDialog";
import { ReceiveDialog } from "./ReceiveDialog";
import { ThresholdDialog } from "./ThresholdDialog";

type Open = "receive" | "correct" | "threshold" | null;

/** How many units there are, as it changes, and how to change it. */
export function StockPanel({ product: { id } }: { product: Product }) {
  const { data, error, isPending, refetch } = useInventory(id);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <section className="card stack" aria-labelledby="stock">
      <h2 id="stock">Stock</h2>
      {isPending && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Numbers of={data} />
          <div className="row">
            <Button size="small" look="primary" onClick={() => setOpen("receive")}>
              Receive goods
            </Button>
            <Button size="small" onClick={() => setOpen("correct")}>
              Correct the count
            </Button>
            <Button size="small" onClick={() => setOpen("threshold")}>
              Warn me earlier or later
            </Button>
          </div>
          {open === "receive" && <ReceiveDialog productId={id} onClose={close} />}
          {open === "correct" && <CorrectDialog productId={id} onHand={data.on_hand} onClose={close} />}
          {open === "threshold" && (
            <ThresholdDialog productId={id} threshold={data.threshold} onClose={close} />
          )}
        </>
      )}
    </section>
  );
}

function Numbers({ of: { on_hand, reserved, available, threshold } }: { of: StockNumbers }) {
  return (
    <div role="status" className="stack">
      <dl className="stock-numbers">
        <div>
          <dt>On hand</dt>
          <dd>{on_hand}</dd>
        </div>
        <div>
          <dt>Reserved</dt>
          <dd>{reserved}</dd>
        </div>
        <div>
          <dt>Available</dt>
          <dd>{available}</dd>
        </div>
      </dl>
      <p className="small soft">
        {threshold === 0
          ? "You are not told when it runs low."
          : `It runs low as soon as fewer than ${threshold} are available.`}
      </p>
    </div>
  );
}
