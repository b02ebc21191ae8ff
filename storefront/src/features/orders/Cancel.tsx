import { useState } from "react";
import type { WholeOrder } from "../../api";
import { Button } from "../../components/Button";
import { CancelDialog } from "./CancelDialog";

export function Cancel({ order }: { order: WholeOrder }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Cancel the order
      </Button>
      {open && <CancelDialog order={order} onClose={() => setOpen(false)} />}
    </>
  );
}
