import { answer, api, wordsFor, type WholeOrder } from "../../../api";
import { Button } from "../../../components/Button";
import { Notice } from "../../../components/Notice";
import { useStep } from "./useStep";

export function Deliver({ order }: { order: WholeOrder }) {
  const deliver = useStep(
    order.id,
    () => answer(api.POST("/api/orders/{id}/delivery", { params: { path: { id: order.id } } })),
    () => "Delivered. The buyer is told.",
  );
  return (
    <section className="card card-now stack" aria-labelledby="deliver">
      <h2 id="deliver">On its way</h2>
      <p>Say so once the carrier has handed your parcel over.</p>
      {deliver.error && (
        <Notice look="bad" alert>
          <p>{wordsFor(deliver.error)}</p>
        </Notice>
      )}
      <div>
        <Button look="primary" busy={deliver.isPending} onClick={() => deliver.mutate(undefined)}>
          Mark as delivered
        </Button>
      </div>
    </section>
  );
}
