import { useState } from "react";
import { Link } from "react-router-dom";
import type { Product, ProductStatus } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { useFocusKept } from "../useFocusKept";
import { isProductStatus, ProductStatusBadge } from "./ProductStatusBadge";
import { useStand, type Stand } from "./useStand";

const WORDS: Record<ProductStatus, string> = {
  draft: "Only you see it.",
  active: "Buyers find it in the shop.",
  archived: "Nobody finds it any more. It cannot be edited before it is offered again.",
};

/** What leads on from where a product is. */
const NEXT: Record<ProductStatus, { step: Stand; words: string; look: "plain" | "primary" }> = {
  draft: { step: "publish", words: "Publish", look: "primary" },
  active: { step: "unpublish", words: "Take off offer", look: "plain" },
  archived: { step: "restore", words: "Offer again", look: "primary" },
};

/** Whether a product is on offer, and how to change that. */
export function StandPanel({ product }: { product: Product }) {
  const [archiving, setArchiving] = useState(false);
  const { id, name } = product;
  const status = isProductStatus(product.status) ? product.status : "archived";
  const next = NEXT[status];
  const stand = useStand(product);
  const place = useFocusKept<HTMLElement>(status);
  return (
    <section ref={place} tabIndex={-1} className="card stack focus-place" aria-labelledby="stand">
      <div className="spread">
        <h2 id="stand">On offer</h2>
        <p role="status">
          <ProductStatusBadge status={status} />
        </p>
      </div>
      <p className="soft">{WORDS[status]}</p>
      <div className="row">
        <Button look={next.look} busy={stand.isPending} onClick={() => stand.mutate(next.step)}>
          {next.words}
        </Button>
        {status !== "archived" && (
          <Button look="danger" busy={stand.isPending} onClick={() => setArchiving(true)}>
            Archive
          </Button>
        )}
      </div>
      {status === "active" && <Link to={`/products/${id}`}>See it as buyers do</Link>}
      {archiving && (
        <Dialog title={`Archive ${name}?`} onClose={() => setArchiving(false)}>
          <p>
            Buyers no longer find it. Orders that were placed go on, and you may offer it again at any time.
          </p>
          <div className="dialog-actions">
            <Button onClick={() => setArchiving(false)}>Keep it</Button>
            <Button
              look="danger"
              onClick={() => {
                setArchiving(false);
                stand.mutate("archive");
              }}
            >
              Archive
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
