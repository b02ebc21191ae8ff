import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, fieldErrors, type Order } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { Price } from "../../../components/Price";
import { toast } from "../../../components/toast";
import { shortId } from "../events/references";

/** Lets an admin cancel somebody's order. */
export function CancelOrder({ order }: { order: Order }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" size="small" onClick={() => setOpen(true)}>
        Cancel<span className="visually-hidden"> order {shortId(order.id)}</span>
      </Button>
      {open && <CancelDialog order={order} onClose={() => setOpen(false)} />}
    </>
  );
}

function CancelDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: (reason: string) =>
      answer(
        api.POST("/api/orders/{id}/cancellation", {
          params: { path: { id: order.id } },
          body: { reason: reason || null },
        }),
      ),
    onSuccess: () => {
      onClose();
      toast("The order is cancelled.");
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["admin", "orders"] }),
  });
  return (
    <Dialog title={`Cancel order ${shortId(order.id)}?`} onClose={onClose}>
      <p>
        {order.paid_at ? (
          <>
            Nothing is sent, and <Price of={order.total} /> go back to the buyer.
          </>
        ) : (
          "What is reserved for it is given back."
        )}
      </p>
      <Form
        label="Cancel"
        error={cancel.error}
        fields={["reason"]}
        onSubmit={({ reason = "" }) => cancel.mutate(reason.trim())}
      >
        <Field
          label="Why?"
          name="reason"
          maxLength={200}
          hint="The buyer and the sellers read it. It stays on record for ever: name nobody."
          error={fieldErrors(cancel.error).reason}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="danger" busy={cancel.isPending}>
            Cancel the order
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
