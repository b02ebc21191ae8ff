import { Link, NavLink } from "react-router-dom";
import { useCart } from "../features/cart/store";
import { unitsIn } from "../features/cart/cart";
import { hasRole, useMe } from "../session/useMe";
import { AccountMenu } from "./AccountMenu";
import { Banner } from "./Banner";
import { Logo } from "./Logo";
import { SearchBox } from "./SearchBox";

export function Header() {
  const me = useMe();
  return (
    <header className="header">
      <div className="header-inner">
        <Link to="/" className="brand" aria-label="Millrace, home">
          <Logo />
          <span>Millrace</span>
        </Link>
        <SearchBox />
        <nav className="header-links" aria-label="Main">
          <NavLink to="/products" className="header-link" end>
            Browse
          </NavLink>
          {hasRole(me, "seller") && (
            <NavLink to="/seller" className="header-link">
              Selling
            </NavLink>
          )}
          {hasRole(me, "admin", "support") && (
            <NavLink to="/admin" className="header-link">
              Admin
            </NavLink>
          )}
          <CartLink />
          {me === null && (
            <NavLink to="/login" className="header-link">
              Log in
            </NavLink>
          )}
          {me && <AccountMenu me={me} />}
        </nav>
      </div>
      <Banner />
    </header>
  );
}

function CartLink() {
  const units = unitsIn(useCart());
  return (
    <NavLink to="/cart" className="header-link">
      Cart
      {units > 0 && (
        <span className="cart-count figures">
          {units > 99 ? "99+" : units}
          <span className="visually-hidden">{units === 1 ? " item" : " items"}</span>
        </span>
      )}
    </NavLink>
  );
}
