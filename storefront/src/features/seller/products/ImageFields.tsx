import { useEffect, useRef } from "react";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";

const MOST = 10;

interface ImageFieldsProps {
  images: string[];
  onChange: (images: string[]) => void;
  errors: Record<string, string>;
}

/** The addresses of a product's pictures. The first is the one that lists show. */
export function ImageFields({ images, onChange, errors }: ImageFieldsProps) {
  const { list, focusNext } = useFocusOnInput(images.length);
  const put = (place: number, address: string) =>
    onChange(images.map((before, at) => (at === place ? address : before)));
  const without = (place: number) => images.filter((_, at) => at !== place);
  return (
    <fieldset className="stack">
      <legend className="legend">Pictures</legend>
      <p className="field-hint">
        Addresses beginning with https://, {MOST} at most. Without any, a drawing of the category is shown.
      </p>
      {errors.images && <p className="field-error">{errors.images}</p>}
      <ul role="list" ref={list} className="stack image-fields" aria-label="Addresses of pictures">
        {images.map((address, place) => (
          <li key={place} className="image-field">
            <Field
              label={place === 0 ? "Picture 1, shown in lists" : `Picture ${place + 1}`}
              value={address}
              onChange={({ target }) => put(place, target.value)}
              type="url"
              inputMode="url"
              autoComplete="off"
              maxLength={2048}
              error={errors[`images/${place}`]}
            />
            <div className="row">
              {place > 0 && (
                <Button
                  look="quiet"
                  size="small"
                  aria-label={`Show picture ${place + 1} first`}
                  onClick={() => onChange([address, ...without(place)])}
                >
                  Show first
                </Button>
              )}
              <Button
                look="quiet"
                size="small"
                aria-label={`Remove picture ${place + 1}`}
                onClick={() => {
                  focusNext(Math.min(place, images.length - 2));
                  onChange(without(place));
                }}
              >
                Remove
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {images.length < MOST && (
        <div>
          <Button
            size="small"
            onClick={() => {
              focusNext(images.length);
              onChange([...images, ""]);
            }}
          >
            Add a picture
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** Leads the keyboard to where somebody goes on after a field came or went. */
function useFocusOnInput(count: number) {
  const list = useRef<HTMLUListElement>(null);
  const next = useRef<number | null>(null);
  useEffect(() => {
    if (next.current === null) return;
    const inputs = list.current?.querySelectorAll("input");
    const button = list.current?.parentElement?.querySelector<HTMLElement>("div > button:last-child");
    (inputs?.[next.current] ?? button)?.focus();
    next.current = null;
  }, [count]);
  return { list, focusNext: (place: number) => (next.current = place) };
}
