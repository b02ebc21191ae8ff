import { Link } from "react-router-dom";
import { Blank, Failure } from "../../components/Blank";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Price } from "../../components/Price";
import { Skeleton } from "../../components/Skeleton";
import { unitsIn } from "./cart";
import { CartLineRow } from "./CartLineRow";
import { bySeller, useCheckedCart, type CheckedLine } from "./checked";
import { acceptPrices } from "./store";
import "./cart.css";

export function Component() {
  const { cart, lines, query, total, currencies } = useCheckedCart();
  if (cart.length === 0) return <EmptyCart />;
  const blocked = lines.some(({ trouble }) => trouble === "unavailable" || trouble === "out_of_stock");
  return (
    <div className="page">
      <title>Cart · Millrace</title>
      <div className="stack-l">
        <h1>Your cart</h1>
        {query.isError && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isPending && <Skeleton lines={5} />}
        {query.data && (
          <div className="cart-columns">
            <div className="stack">
              <PriceChanges lines={lines} />
              {bySeller(lines).map(({ id, name, lines: sold }) => (
                <section key={id} className="card stack" aria-label={name}>
                  <h2 className="cart-seller">{id ? <Link to={`/sellers/${id}`}>{name}</Link> : name}</h2>
                  <ul role="list" className="cart-lines">
                    {sold.map((line) => (
                      <CartLineRow key={line.product_id} line={line} />
                    ))}
                  </ul>
                </section>
              ))}
            </div>
            <aside className="card stack cart-summary" aria-label="Summary">
              <div className="spread">
                <span>
                  {unitsIn(cart)} {unitsIn(cart) === 1 ? "item" : "items"}
                </span>
                <strong className="cart-total">{total && <Price of={total} />}</strong>
              </div>
              {blocked && <p className="small">Take out what cannot be ordered to go on.</p>}
              {currencies.size > 1 && (
                <p className="small">
                  One order has one currency: order what is priced in another by itself.
                </p>
              )}
              {blocked || currencies.size > 1 ? (
                <Button look="primary" size="wide" disabled>
                  Go to checkout
                </Button>
              ) : (
                <Link className="button button-primary button-wide" to="/checkout">
                  Go to checkout
                </Link>
              )}
              <Link className="small" to="/products">
                Go on shopping
              </Link>
            </aside>
          </div>
        )}
      </div>
    </div>
  );
}

function EmptyCart() {
  return (
    <div className="page page-text">
      <title>Cart · Millrace</title>
      <div className="stack-l">
        <h1>Your cart</h1>
        <Blank title="Nothing in it yet">
          <p>What you put into the cart waits here, in this browser.</p>
          <Link className="button button-primary" to="/products">
            Browse the shop
          </Link>
        </Blank>
      </div>
    </div>
  );
}

function PriceChanges({ lines }: { lines: CheckedLine[] }) {
  const changed = lines.filter(({ trouble }) => trouble === "price_changed");
  if (changed.length === 0) return null;
  const accept = () =>
    acceptPrices(
      new Map(changed.flatMap(({ product }) => (product ? [[product.id, product.price] as const] : []))),
    );
  return (
    <Notice look="warn" alert>
      <p>
        {changed.length === 1 ? "One price has" : `${changed.length} prices have`} changed since you put this
        into your cart. The total is at the prices of now.
      </p>
      <Button size="small" onClick={accept}>
        All right
      </Button>
    </Notice>
  );
}
