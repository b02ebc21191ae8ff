import { useState } from "react";
import type { Order } from "../../../api";
import { Button } from "../../../components/Button";
import { CancelDialog } from "../../orders/CancelDialog";
import { shortId } from "../events/references";

/** Lets an admin cancel somebody's order. */
export function CancelOrder({ order }: { order: Order }) {
  const [open, setOpen] = useState(false);
  const title = `Cancel order ${shortId(order.id)}?`;
  return (
    <>
      <Button look="danger" size="small" onClick={() => setOpen(true)}>
        Cancel<span className="visually-hidden"> order {shortId(order.id)}</span>
      </Button>
      {open && <CancelDialog order={order} title={title} onClose={() => setOpen(false)} />}
    </>
  );
}
