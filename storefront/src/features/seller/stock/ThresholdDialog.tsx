import { answer, api, fieldErrors } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { unitsIn, useStockChange } from "./useStockChange";

interface ThresholdDialogProps {
  productId: string;
  threshold: number;
  onClose: () => void;
}

export function ThresholdDialog({ productId: product_id, threshold, onClose }: ThresholdDialogProps) {
  const set = useStockChange(
    product_id,
    async (values) =>
      answer(
        api.PUT("/api/inventory/{product_id}/threshold", {
          params: { path: { product_id } },
          body: { quantity: unitsIn(values, "quantity") },
        }),
      ),
    "That is when you are told.",
    onClose,
  );
  return (
    <Dialog title="When does it run low?" onClose={onClose}>
      <p>Buyers see that only a few are left then, and you get a mail.</p>
      <Form
        label="When does it run low?"
        error={set.error}
        fields={["quantity"]}
        onSubmit={(values) => set.mutate(values)}
      >
        <Field
          label="As soon as fewer are available than"
          name="quantity"
          inputMode="numeric"
          autoComplete="off"
          required
          defaultValue={threshold}
          hint="0 for never."
          error={fieldErrors(set.error).quantity}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={set.isPending}>
            Keep it so
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
