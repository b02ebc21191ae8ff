import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router-dom";
import { Blank, Failure } from "../../components/Blank";
import { Button } from "../../components/Button";
import { Pagination } from "../../components/Pagination";
import { Chips } from "./Chips";
import { FilterPanel } from "./FilterPanel";
import { readFilters, SORTS, withChoices, type Sort } from "./filters";
import { ProductGrid, ProductGridSkeleton } from "./ProductCard";
import { useProducts } from "./queries";

const PAGE = 24;
const SORT_WORDS: Record<Sort, string> = {
  relevance: "Best match",
  newest: "Newest",
  price: "Price, low to high",
  "-price": "Price, high to low",
  name: "Name",
};

export function CataloguePage() {
  const [search] = useSearchParams();
  const [open, setOpen] = useState(false);
  const filters = readFilters(search);
  const { data, error, isPending, isPlaceholderData, refetch } = useProducts({ ...filters, limit: PAGE });
  const currency = data?.items[0]?.price.currency ?? "EUR";
  const title = filters.q ? `“${filters.q}”` : (filters.category ?? "All products");
  return (
    <div className="page">
      <title>{`${title} · Millrace`}</title>
      <div className="catalogue">
        <div className="spread catalogue-head">
          <h1>{title}</h1>
          <SortChoice sort={filters.sort} searching={filters.q !== undefined} />
        </div>
        <div className="catalogue-side">
          <Button
            className="filter-toggle"
            aria-expanded={open}
            aria-controls="filters"
            onClick={() => setOpen(!open)}
          >
            Filters
          </Button>
          <div id="filters" className={open ? "filters filters-open" : "filters"}>
            <FilterPanel filters={filters} currency={currency} />
          </div>
        </div>
        <section className="stack" aria-label="Products" aria-busy={isPlaceholderData}>
          <Chips filters={filters} currency={currency} />
          {isPending && <ProductGridSkeleton />}
          {error && !data && <Failure error={error} retry={() => void refetch()} />}
          {data && data.items.length > 0 && <ProductGrid products={data.items} label={title} />}
          {data?.items.length === 0 && Object.keys(filters).length === 0 && (
            <Blank title="Nothing is on offer yet" />
          )}
          {data?.items.length === 0 && Object.keys(filters).length > 0 && (
            <Blank title="Nothing matches">
              <p>Try fewer words, or take a filter away.</p>
              <Link className="button" to="/products">
                Show everything
              </Link>
            </Blank>
          )}
          <Pagination next={data?.next_cursor} label="Pages of products" />
        </section>
      </div>
    </div>
  );
}

function SortChoice({ sort, searching }: { sort: Sort | undefined; searching: boolean }) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const offered = SORTS.filter((choice) => searching || choice !== "relevance");
  return (
    <label className="sort">
      <span className="small soft">Sort by</span>
      <select
        className="input"
        value={sort ?? (searching ? "relevance" : "newest")}
        onChange={({ target }) => navigate({ search: withChoices(search, { sort: target.value }) })}
      >
        {offered.map((choice) => (
          <option key={choice} value={choice}>
            {SORT_WORDS[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}
