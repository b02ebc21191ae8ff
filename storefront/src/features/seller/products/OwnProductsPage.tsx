import { Link, useSearchParams } from "react-router-dom";
import type { Product } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Pagination } from "../../../components/Pagination";
import { Price } from "../../../components/Price";
import { Skeleton } from "../../../components/Skeleton";
import { StockBadge } from "../../../components/StockBadge";
import { ProductImage } from "../../product/ProductImage";
import { useOwnProducts } from "../queries";
import {
  isProductStatus,
  PRODUCT_STATUSES,
  ProductStatusBadge,
  productStatusWords,
} from "./ProductStatusBadge";

export function OwnProductsPage() {
  const [search] = useSearchParams();
  const chosen = search.get("status");
  const status = isProductStatus(chosen) ? chosen : undefined;
  const { data, error, isPending, isPlaceholderData, refetch } = useOwnProducts({
    status,
    cursor: search.get("cursor") ?? undefined,
  });
  return (
    <div className="stack-l">
      <title>Products · Your shop · Millrace</title>
      <div className="spread">
        <h1>Products</h1>
        <Link className="button button-primary" to="/seller/products/new">
          New product
        </Link>
      </div>
      <nav aria-label="Which products">
        <ul role="list" className="choices-row">
          {[undefined, ...PRODUCT_STATUSES].map((choice) => (
            <li key={choice ?? ""}>
              <Link
                to={choice ? `?status=${choice}` : "/seller/products"}
                className="choice-link"
                aria-current={choice === status ? "true" : undefined}
              >
                {choice ? productStatusWords(choice) : "All"}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {isPending && <Skeleton lines={6} label="Loading your products" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title={status ? "No product is there" : "You have not listed anything yet"}>
          <Link className="button" to={status ? "/seller/products" : "/seller/products/new"}>
            {status ? "Show all products" : "List your first product"}
          </Link>
        </Blank>
      )}
      {data && data.items.length > 0 && (
        <ul role="list" className="stack" aria-label="Products" aria-busy={isPlaceholderData}>
          {data.items.map((product) => (
            <ProductRow key={product.id} product={product} />
          ))}
        </ul>
      )}
      <Pagination next={data?.next_cursor} label="Pages of products" />
    </div>
  );
}

function ProductRow({ product }: { product: Product }) {
  const numbers = product.stock_exact;
  return (
    <li className="card own-product">
      <ProductImage product={product} />
      <div className="own-product-words">
        <Link to={`/seller/products/${product.id}`}>{product.name}</Link>
        <span className="small soft">{product.category ?? "No category"}</span>
      </div>
      <div className="own-product-stand">
        <strong>
          <Price of={product.price} />
        </strong>
        <span>
          <ProductStatusBadge status={product.status} />
        </span>
        <span className="row">
          {numbers && <span className="small soft figures">{numbers.available} available</span>}
          {product.stock !== "in" && <StockBadge stock={product.stock} />}
        </span>
      </div>
    </li>
  );
}
