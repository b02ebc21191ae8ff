import { fieldErrors, type Product } from "../../../api";
import { Button } from "../../../components/Button";
import { Form } from "../../../components/Form";
import { ConflictDialog } from "./ConflictDialog";
import { contestedFields } from "./conflict";
import { DetailFields, detailFieldNames } from "./DetailFields";
import { draftOf } from "./draft";
import { useDetails } from "./useDetails";

/** What a product is called, costs and looks like, to be edited. */
export function Details({ product }: { product: Product }) {
  const { base, draft, setDraft, untouched, theirs, saving, submit, takeTheirs, keepMine, goOn } =
    useDetails(product);
  return (
    <section className="card stack" aria-labelledby="details">
      <h2 id="details">Details</h2>
      <Form label="Details" error={saving.error} fields={detailFieldNames(draft)} onSubmit={submit}>
        <DetailFields
          draft={draft}
          onChange={setDraft}
          errors={fieldErrors(saving.error)}
          currency={base.price.currency}
        />
        <div className="row">
          <Button type="submit" look="primary" busy={saving.isPending}>
            Save
          </Button>
          {!untouched && <p className="small soft">Not saved yet.</p>}
        </div>
      </Form>
      {theirs && (
        <ConflictDialog
          contested={contestedFields(draftOf(base), draftOf(theirs), draft)}
          currency={base.price.currency}
          busy={saving.isPending}
          onTakeTheirs={takeTheirs}
          onKeepMine={keepMine}
          onGoOn={goOn}
        />
      )}
    </section>
  );
}
