import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router-dom";
import { answer, api, isProblem, keys, type Product } from "../../api";
import { Failure } from "../../components/Blank";
import { Notice } from "../../components/Notice";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { StockBadge } from "../../components/StockBadge";
import { usePolling } from "../../live/LiveUpdates";
import { useMe } from "../../session/useMe";
import { NotFoundPage } from "../../shell/pages";
import { HistoryLink } from "../admin/HistoryLink";
import { AddToCart } from "./AddToCart";
import { Gallery } from "./Gallery";

export function ProductPage() {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.product(id),
    queryFn: () => answer(api.GET("/api/products/{id}", { params: { path: { id } } })),
    refetchInterval: usePolling(),
  });
  if (isProblem(error) && error.status === 404) return <NotFoundPage />;
  return (
    <div className="page">
      {isPending && <Skeleton lines={6} label="Loading the product" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && <Details product={data} />}
    </div>
  );
}

function Details({ product }: { product: Product }) {
  const me = useMe();
  const { name, category, description, price, seller, stock, status } = product;
  return (
    <article className="product-columns">
      <title>{`${name} · Millrace`}</title>
      <Gallery product={product} />
      <div className="stack">
        {category && (
          <p className="small">
            <Link to={`/products?category=${encodeURIComponent(category)}`}>{category}</Link>
          </p>
        )}
        <h1>{name}</h1>
        <p className="soft">
          Sold by <Link to={`/sellers/${seller.id}`}>{seller.shop_name ?? "a seller"}</Link>
        </p>
        <p className="product-price">
          <Price of={price} />
        </p>
        <div role="status">
          <StockBadge stock={stock} />
        </div>
        {status !== "active" && (
          <Notice look="warn">
            <p>This product is not on offer: {status === "draft" ? "it is a draft" : "it is archived"}.</p>
          </Notice>
        )}
        {me?.id === seller.id && (
          <Notice>
            <p>
              This is your own product. <Link to={`/seller/products/${product.id}`}>Edit it</Link>
            </p>
          </Notice>
        )}
        {status === "active" && me?.id !== seller.id && <AddToCart key={product.id} product={product} />}
        <div>
          <HistoryLink of={{ kind: "product", id: product.id }} />
        </div>
        {description && <p className="product-description">{description}</p>}
      </div>
    </article>
  );
}
