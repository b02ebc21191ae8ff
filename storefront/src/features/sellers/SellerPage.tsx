import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router-dom";
import { answer, api, isProblem, keys } from "../../api";
import { Blank, Failure } from "../../components/Blank";
import { Pagination } from "../../components/Pagination";
import { usePolling } from "../../live/LiveUpdates";
import { formatTime } from "../../lib/time";
import { NotFoundPage } from "../../shell/pages";
import { ProductGrid, ProductGridSkeleton } from "../catalogue/ProductCard";

const PAGE = 24;

/** A shop as everybody sees it. */
export function Component() {
  const { id = "" } = useParams();
  const [search] = useSearchParams();
  const cursor = search.get("cursor") ?? undefined;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.seller(id, cursor),
    queryFn: () =>
      answer(api.GET("/api/sellers/{id}", { params: { path: { id }, query: { cursor, limit: PAGE } } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
  if (isProblem(error) && error.status === 404) return <NotFoundPage />;
  const name = data?.shop_name ?? "A shop";
  return (
    <div className="page stack-l">
      {isPending && <ProductGridSkeleton />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <title>{`${name} · Millrace`}</title>
          <div className="stack">
            <h1>{name}</h1>
            <p className="soft">Open since {formatTime(data.opened_at, { dateStyle: "long" })}</p>
          </div>
          {data.products.items.length > 0 ? (
            <ProductGrid products={data.products.items} label={`Products of ${name}`} />
          ) : (
            <Blank title="Nothing on offer right now">
              <p>This shop has no products at the moment.</p>
            </Blank>
          )}
          <Pagination next={data.products.next_cursor} label="Pages of products" />
        </>
      )}
    </div>
  );
}
