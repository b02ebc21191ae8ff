import { Link } from "react-router-dom";
import type { Product } from "../../api";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { StockBadge } from "../../components/StockBadge";
import { ProductImage } from "../product/ProductImage";
import "./catalogue.css";

/** The level of the heading that each product is, below those of its page. */
type Level = "h2" | "h3";

function ProductCard({ product, level: Heading }: { product: Product; level: Level }) {
  return (
    <article className="product-card">
      <ProductImage product={product} />
      <div className="product-card-words">
        <Heading className="product-name">
          <Link to={`/products/${product.id}`}>{product.name}</Link>
        </Heading>
        <p className="small soft">{product.seller.shop_name}</p>
        <div className="spread">
          <strong>
            <Price of={product.price} />
          </strong>
          {product.stock !== "in" && <StockBadge stock={product.stock} />}
        </div>
      </div>
    </article>
  );
}

interface GridProps {
  products: Product[];
  label: string;
  level?: Level;
}

export function ProductGrid({ products, label, level = "h2" }: GridProps) {
  return (
    <ul role="list" className="product-grid" aria-label={label}>
      {products.map((product) => (
        <li key={product.id}>
          <ProductCard product={product} level={level} />
        </li>
      ))}
    </ul>
  );
}

export function ProductGridSkeleton({ count = 8 }: { count?: number }) {
  return (
    <div className="product-grid" role="status" aria-label="Loading products">
      {Array.from({ length: count }, (_, place) => (
        <div key={place} className="product-card" aria-hidden="true">
          <div className="skeleton product-art" />
          <Skeleton lines={2} />
        </div>
      ))}
    </div>
  );
}
