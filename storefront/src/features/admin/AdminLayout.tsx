import { NavLink, Outlet } from "react-router-dom";
import { Notice } from "../../components/Notice";
import { useMayAct } from "./staff";

const PAGES = [
  ["operations", "Operations"],
  ["events", "Events"],
  ["audit", "Audit"],
  ["orders", "Orders"],
  ["users", "Users"],
] as const;

/** What surrounds every page of the admin area. */
export function AdminLayout() {
  const mayAct = useMayAct();
  return (
    <div className="page stack-l">
      <nav aria-label="Administration">
        <ul role="list" className="tabs">
          {PAGES.map(([path, name]) => (
            <li key={path}>
              <NavLink to={`/admin/${path}`} className="tab">
                {name}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      {!mayAct && (
        <Notice>
          <p>You look on as support: only admins may change anything here.</p>
        </Notice>
      )}
      <Outlet />
    </div>
  );
}
