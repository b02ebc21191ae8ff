import { useEffect, useRef, useState } from "react";
import { NavLink, useLocation } from "react-router-dom";
import type { Account } from "../api";
import { useLogout } from "../session/useLogout";
import { hasRole, nameOf } from "../session/useMe";

/** What belongs to whoever is logged in. Closes by Escape, by a click elsewhere and on the way to another page. */
export function AccountMenu({ me }: { me: Account }) {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { key } = useLocation();
  const logout = useLogout();

  useEffect(() => setOpen(false), [key]);
  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);

  const name = nameOf(me);
  return (
    <div className="menu" ref={menu}>
      <button
        ref={button}
        type="button"
        className="menu-button"
        aria-expanded={open}
        aria-controls="account-menu"
        aria-label={`Account of ${name}`}
        onClick={() => setOpen(!open)}
      >
        <span aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>
      </button>
      <div id="account-menu" className="menu-panel" hidden={!open}>
        <p className="menu-name">{name}</p>
        <ul role="list">
          <li>
            <NavLink to="/orders">Your orders</NavLink>
          </li>
          {!hasRole(me, "seller") && (
            <li>
              <NavLink to="/seller">Open a shop</NavLink>
            </li>
          )}
          <li>
            <NavLink to="/account">Account</NavLink>
          </li>
          <li>
            <button type="button" onClick={() => logout.mutate("current")}>
              Log out
            </button>
          </li>
        </ul>
      </div>
    </div>
  );
}
