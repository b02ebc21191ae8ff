import { Link } from "react-router-dom";
import type { Product } from "../../api";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { StockBadge } from "../../components/StockBadge";
import { ProductImage } from "../product/ProductImage";
import "./catalogue.css";

export function ProductCard({ product }: { product: Product }) {
  return (
    <article className="product-card">
      <ProductImage product={product} />
      <div className="product-card-words">
        <h3>
          <Link to={`/products/${product.id}`}>{product.name}</Link>
        </h3>
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

export function ProductGrid({ products, label }: { products: Product[]; label: string }) {
  return (
    <ul role="list" className="product-grid" aria-label={label}>
      {products.map((product) => (
        <li key={product.id}>
          <ProductCard product={product} />
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
