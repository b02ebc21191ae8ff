import { answer, api, fieldErrors, type WholeOrder } from "../../../api";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { useStep } from "./useStep";

export function Ship({ order }: { order: WholeOrder }) {
  const ship = useStep(
    order.id,
    (tracking: string) =>
      answer(
        api.POST("/api/orders/{id}/shipments", {
          params: { path: { id: order.id } },
          body: { tracking: tracking || null },
        }),
      ),
    () => "On its way. The buyer is told.",
  );
  return (
    <section className="card card-now stack" aria-labelledby="ship">
      <h2 id="ship">Ship it</h2>
      <p>Pack everything below in one parcel, and hand it over.</p>
      <Form
        label="Ship"
        error={ship.error}
        fields={["tracking"]}
        onSubmit={({ tracking = "" }) => ship.mutate(tracking.trim())}
      >
        <Field
          label="Tracking (optional)"
          name="tracking"
          maxLength={100}
          autoComplete="off"
          hint="A number, or an address beginning with https:// that the buyer can follow."
          error={fieldErrors(ship.error).tracking}
        />
        <div>
          <Button type="submit" look="primary" busy={ship.isPending}>
            Mark as shipped
          </Button>
        </div>
      </Form>
    </section>
  );
}
