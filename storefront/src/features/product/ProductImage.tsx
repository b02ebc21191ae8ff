import { useState } from "react";
import type { Product } from "../../api";
import { ProductArt } from "./ProductArt";
import "./product.css";

/** The first picture of a product. Its name stands beside it, so it says nothing to screen readers. */
export function ProductImage({ product }: { product: Pick<Product, "id" | "category" | "images"> }) {
  return <Picture key={product.images[0]} src={product.images[0]} alt="" product={product} />;
}

interface PictureProps {
  src: string | undefined;
  alt: string;
  product: Pick<Product, "id" | "category">;
}

export function Picture({ src, alt, product }: PictureProps) {
  const [broken, setBroken] = useState(false);
  if (!src || broken) return <ProductArt product={product} />;
  return (
    <img
      className="product-art"
      src={src}
      alt={alt}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
    />
  );
}
