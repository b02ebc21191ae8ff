import { useState } from "react";
import type { Product } from "../../api";
import { Picture } from "./ProductImage";

export function Gallery({ product }: { product: Product }) {
  const [chosen, setChosen] = useState(0);
  const { images, name } = product;
  const src = images[chosen] ?? images[0];
  return (
    <div className="stack">
      <div className="gallery-stage">
        <Picture key={src} src={src} alt={name} product={product} />
      </div>
      {images.length > 1 && (
        <ul role="list" className="row" aria-label="Pictures">
          {images.map((image, place) => (
            <li key={image}>
              <button
                type="button"
                className="gallery-choice"
                aria-label={`Picture ${place + 1} of ${images.length}`}
                aria-pressed={place === chosen}
                onClick={() => setChosen(place)}
              >
                <Picture src={image} alt="" product={product} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
