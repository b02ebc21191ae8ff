import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router-dom";
import { answer, api, isProblem, keys, type Account, type Product } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Notice } from "../../../components/Notice";
import { Skeleton } from "../../../components/Skeleton";
import { usePolling } from "../../../live/LiveUpdates";
import { NotFoundPage } from "../../../shell/pages";
import { Ledger } from "../stock/Ledger";
import { StockPanel } from "../stock/StockPanel";
import { Details } from "./Details";
import { StandPanel } from "./StandPanel";

export function EditProductPage({ me }: { me: Account }) {
  const { id = "" } = useParams();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.product(id),
    queryFn: () => answer(api.GET("/api/products/{id}", { params: { path: { id } } })),
    refetchInterval: usePolling(),
  });
  const isForeign = data !== undefined && data.seller.id !== me.id;
  if (isForeign || (isProblem(error) && error.status === 404)) return <NotFoundPage />;
  return (
    <div>
      {isPending && <Skeleton lines={8} label="Loading the product" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && <Sections key={id} product={data} />}
    </div>
  );
}

function Sections({ product }: { product: Product }) {
  return (
    <div className="stack-l">
      <title>{`${product.name} · Your shop · Millrace`}</title>
      <div className="stack">
        <p className="small">
          <Link to="/seller/products">All products</Link>
        </p>
        <h1>{product.name}</h1>
      </div>
      <div className="seller-columns">
        {product.status === "archived" ? (
          <Notice look="warn">
            <p>An archived product cannot be edited. Offer it again first.</p>
          </Notice>
        ) : (
          <Details product={product} />
        )}
        <div className="stack-l">
          <StandPanel product={product} />
          <StockPanel product={product} />
        </div>
      </div>
      <Ledger productId={product.id} />
    </div>
  );
}
