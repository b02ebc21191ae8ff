import { answer, api, fieldErrors } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { unitsIn, useStockChange } from "./useStockChange";

interface CorrectDialogProps {
  productId: string;
  onHand: number;
  onClose: () => void;
}

export function CorrectDialog({ productId: product_id, onHand, onClose }: CorrectDialogProps) {
  const correct = useStockChange(
    product_id,
    async (values) =>
      answer(
        api.POST("/api/inventory/{product_id}/adjustments", {
          params: { path: { product_id } },
          body: { delta: unitsIn(values, "delta"), reason: values.reason?.trim() ?? "" },
        }),
      ),
    "The count is corrected.",
    onClose,
  );
  const errors = fieldErrors(correct.error);
  return (
    <Dialog title="Correct the count" onClose={onClose}>
      <p>
        The books say that {onHand} {onHand === 1 ? "is" : "are"} on hand.
      </p>
      <Form
        label="Correct the count"
        error={correct.error}
        fields={["delta", "reason"]}
        onSubmit={(values) => correct.mutate(values)}
      >
        <Field
          label="How many more or fewer are there?"
          name="delta"
          autoComplete="off"
          required
          hint="Such as -2 where two are missing."
          error={errors.delta}
        />
        <Field
          label="Why?"
          name="reason"
          autoComplete="off"
          required
          maxLength={500}
          hint="It stays in the book of movements."
          error={errors.reason}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={correct.isPending}>
            Correct
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
