import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, fieldErrors, keys, type Order } from "../../api";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { Form } from "../../components/Form";
import { Price } from "../../components/Price";
import { toast } from "../../components/toast";
import { useMe } from "../../session/useMe";

interface CancelDialogProps {
  order: Pick<Order, "id" | "buyer_id" | "paid_at" | "total">;
  title?: string;
  onClose: () => void;
}

/** Cancels an order for its buyer, or for an admin in the buyer's stead. */
export function CancelDialog({ order, title = "Cancel this order?", onClose }: CancelDialogProps) {
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
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.order(order.id) }),
        client.invalidateQueries({ queryKey: keys.everybodysOrders }),
      ]),
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        {order.paid_at ? (
          <>
            Nothing is sent, and <Price of={order.total} /> go back to {own ? "you" : "the buyer"}.
          </>
        ) : (
          "What was reserved for it is given back."
        )}
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
          hint={
            own ? undefined : "The buyer and the sellers read it. It stays on record for ever: name nobody."
          }
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
