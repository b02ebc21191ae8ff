import { Link } from "react-router-dom";
import { Blank, Failure } from "../../components/Blank";
import { Wheel } from "./Wheel";
import { ProductGrid, ProductGridSkeleton } from "./ProductCard";
import { CategoryIcon } from "../product/CategoryIcon";
import { useCategories, useProducts } from "./queries";

export function HomePage() {
  return (
    <div className="home">
      <title>Millrace</title>
      <section className="hero">
        <div className="hero-inner">
          <div className="stack hero-words">
            <h1>Good things, straight from the people who sell them</h1>
            <p>
              One cart for many small shops. Every order is live: watch it go from the shelf to your door.
            </p>
            <div className="row">
              <Link className="button hero-button" to="/products">
                Browse everything
              </Link>
            </div>
          </div>
          <Wheel />
        </div>
      </section>
      <div className="page stack-l">
        <Categories />
        <Newest />
      </div>
    </div>
  );
}

function Categories() {
  const { data } = useCategories({});
  if (!data || data.items.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="categories">
      <h2 id="categories">By category</h2>
      <ul role="list" className="category-tiles">
        {data.items.slice(0, 12).map(({ name, count }) => (
          <li key={name}>
            <Link to={`/products?category=${encodeURIComponent(name)}`} className="category-tile">
              <CategoryIcon category={name} />
              <span>{name}</span>
              <span className="small soft figures">
                {count}
                <span className="visually-hidden"> products</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Newest() {
  const { data, error, isPending, refetch } = useProducts({ sort: "newest", limit: 12 });
  return (
    <section className="stack" aria-labelledby="newest">
      <div className="spread">
        <h2 id="newest">New in the shops</h2>
        <Link to="/products">See all</Link>
      </div>
      {isPending && <ProductGridSkeleton />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && data.items.length > 0 && (
        <ProductGrid products={data.items} label="Newest products" level="h3" />
      )}
      {data?.items.length === 0 && (
        <Blank title="The shelves are still empty">
          <p>As soon as somebody lists a product, it is shown here.</p>
        </Blank>
      )}
    </section>
  );
}
