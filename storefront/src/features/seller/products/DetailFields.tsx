import { useId, type Dispatch, type SetStateAction } from "react";
import { Field, TextArea } from "../../../components/Field";
import { useCategories } from "../../catalogue/queries";
import type { Draft } from "./draft";
import { ImageFields } from "./ImageFields";

interface DetailFieldsProps {
  draft: Draft;
  onChange: Dispatch<SetStateAction<Draft>>;
  errors: Record<string, string>;
  /** What a price is in; where it is not settled yet, `currencyChoice` stands beside the price. */
  currency: string;
  currencyChoice?: React.ReactNode;
}

/** The fields that show what is wrong with them. */
export function detailFieldNames({ images }: Draft): string[] {
  const addresses = images.map((_, place) => `images/${place}`);
  return ["name", "category", "price", "price/amount", "description", "images", ...addresses];
}

export function DetailFields({ draft, onChange, errors, currency, currencyChoice }: DetailFieldsProps) {
  const categories = useId();
  const { data } = useCategories({});
  const put = (change: Partial<Draft>) => onChange((before) => ({ ...before, ...change }));
  return (
    <>
      <Field
        label="Name"
        value={draft.name}
        onChange={({ target }) => put({ name: target.value })}
        required
        maxLength={200}
        autoComplete="off"
        error={errors.name}
      />
      <div className="seller-pair">
        <Field
          label={`Price in ${currency}`}
          value={draft.price}
          onChange={({ target }) => put({ price: target.value })}
          required
          inputMode="decimal"
          autoComplete="off"
          error={errors["price/amount"] ?? errors.price}
        />
        {currencyChoice}
        <Field
          label="Category"
          value={draft.category}
          onChange={({ target }) => put({ category: target.value })}
          maxLength={64}
          list={categories}
          autoComplete="off"
          error={errors.category}
        />
        <datalist id={categories}>
          {data?.items.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <TextArea
        label="Description"
        value={draft.description}
        onChange={({ target }) => put({ description: target.value })}
        rows={6}
        maxLength={5000}
        error={errors.description}
      />
      <ImageFields images={draft.images} onChange={(images) => put({ images })} errors={errors} />
    </>
  );
}
