import { useState } from "react";
import { answer, api, fieldErrors, Problem, type WholeOrder } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Field } from "../../../components/Field";
import { Form, type Values } from "../../../components/Form";
import { formatMoney } from "../../../lib/money";
import { wholeNumber } from "../numbers";
import { useStep } from "./useStep";

/** Goods of this order that came back. */
export function TakeBack({ order }: { order: WholeOrder }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="card stack" aria-labelledby="take-back">
      <h2 id="take-back">Goods came back?</h2>
      <p className="soft">They are in stock again then, and their price goes back to the buyer.</p>
      <div>
        <Button onClick={() => setOpen(true)}>Take goods back</Button>
      </div>
      {open && <TakeBackDialog order={order} onClose={() => setOpen(false)} />}
    </section>
  );
}

function TakeBackDialog({ order, onClose }: { order: WholeOrder; onClose: () => void }) {
  const lines = order.lines.filter(({ quantity, returned }) => quantity > returned);
  const takeBack = useStep(
    order.id,
    async (values: Values) => {
      const back = lines
        .map(({ product_id }) => ({ product_id, quantity: countOf(values, product_id) }))
        .filter(({ quantity }) => quantity > 0);
      if (back.length === 0) throw Problem.invalid({ lines: "Say how many came back." });
      return answer(
        api.POST("/api/orders/{id}/returns", {
          params: { path: { id: order.id } },
          body: { lines: back, reason: values.reason?.trim() ?? "" },
        }),
      );
    },
    ({ refund }) => `Taken back. ${formatMoney(refund)} go back to the buyer.`,
  );
  const errors = fieldErrors(takeBack.error);
  return (
    <Dialog title="What came back?" onClose={onClose}>
      <Form
        label="Take goods back"
        error={takeBack.error}
        fields={["reason", ...lines.map(({ product_id }) => product_id)]}
        onSubmit={(values) => takeBack.mutate(values, { onSuccess: onClose })}
      >
        {lines.map(({ product_id, name, quantity, returned }) => (
          <Field
            key={product_id}
            label={name}
            name={product_id}
            inputMode="numeric"
            autoComplete="off"
            defaultValue={lines.length === 1 ? quantity - returned : 0}
            hint={`Up to ${quantity - returned}`}
            error={errors[product_id]}
          />
        ))}
        <Field label="Why?" name="reason" maxLength={500} required error={errors.reason} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" busy={takeBack.isPending}>
            Take back and refund
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function countOf(values: Values, name: string): number {
  const count = wholeNumber(values[name] || "0");
  if (count === null) throw Problem.invalid({ [name]: "Enter a number of units." });
  return count;
}
