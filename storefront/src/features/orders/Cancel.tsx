import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, fieldErrors, keys, type WholeOrder } from "../../api";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { Form } from "../../components/Form";
import { toast } from "../../components/toast";
import { useMe } from "../../session/useMe";

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

function CancelDialog({ order, onClose }: { order: WholeOrder; onClose: () => void }) {
  const client = useQueryClient();
  const own = useMe()?.id === order.buyer_id;
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
    onSettled: () => client.invalidateQueries({ queryKey: keys.order(order.id) }),
  });
  return (
    <Dialog title="Cancel this order?" onClose={onClose}>
      <p>
        {order.paid_at
          ? `Nothing is sent, and what was paid goes back to ${own ? "you" : "the buyer"}.`
          : "What was reserved for it is given back."}
      </p>
      <Form
        label="Cancel"
        error={cancel.error}
        fields={["reason"]}
        onSubmit={({ reason = "" }) => cancel.mutate(reason.trim())}
      >
        <Field
          label="Why? (optional)"
          name="reason"
          maxLength={200}
          error={fieldErrors(cancel.error).reason}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" busy={cancel.isPending}>
            Cancel the order
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
