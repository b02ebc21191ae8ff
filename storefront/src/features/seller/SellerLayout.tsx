import { Link, NavLink, Outlet } from "react-router-dom";
import type { Account } from "../../api";
import { useArrivals } from "./orders/useArrivals";

/** What surrounds every page of the seller area. */
export function SellerLayout({ me }: { me: Account }) {
  const arrivals = useArrivals();
  return (
    <div className="page seller stack-l">
      <div className="seller-head">
        <p className="seller-shop">
          <Link to={`/sellers/${me.id}`}>{me.shop_name ?? "Your shop"}</Link>
        </p>
        <nav aria-label="Your shop">
          <ul role="list" className="seller-nav">
            <li>
              <NavLink to="/seller" end>
                Overview
              </NavLink>
            </li>
            <li>
              <NavLink to="/seller/orders">Orders</NavLink>
            </li>
            <li>
              <NavLink to="/seller/products">Products</NavLink>
            </li>
            <li>
              <NavLink to="/seller/webhooks">Webhooks</NavLink>
            </li>
          </ul>
        </nav>
      </div>
      <Outlet context={arrivals} />
    </div>
  );
}
