import { answer, api, fieldErrors } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { unitsIn, useStockChange } from "./useStockChange";

interface ReceiveDialogProps {
  productId: string;
  onClose: () => void;
}

export function ReceiveDialog({ productId: product_id, onClose }: ReceiveDialogProps) {
  const receive = useStockChange(
    product_id,
    async (values) =>
      answer(
        api.POST("/api/inventory/{product_id}/receipts", {
          params: { path: { product_id } },
          body: { quantity: unitsIn(values, "quantity"), reference: values.reference?.trim() || null },
        }),
      ),
    "The goods are in stock.",
    onClose,
  );
  const errors = fieldErrors(receive.error);
  return (
    <Dialog title="Receive goods" onClose={onClose}>
      <Form
        label="Receive goods"
        error={receive.error}
        fields={["quantity", "reference"]}
        onSubmit={(values) => receive.mutate(values)}
      >
        <Field
          label="How many units came in?"
          name="quantity"
          inputMode="numeric"
          autoComplete="off"
          required
          error={errors.quantity}
        />
        <Field
          label="What they came with (optional)"
          name="reference"
          autoComplete="off"
          maxLength={100}
          hint="A delivery note or a purchase order."
          error={errors.reference}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={receive.isPending}>
            Receive
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
