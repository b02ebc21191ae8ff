import { Navigate, Outlet, useLocation } from "react-router-dom";
import { Skeleton } from "../components/Skeleton";
import { ForbiddenPage } from "../shell/pages";
import { loginPath } from "./returnPath";
import { hasRole, useMe } from "./useMe";

/** Lets in whoever is logged in, and leads others to the login and back. */
export function RequireLogin() {
  const me = useMe();
  const { pathname, search } = useLocation();
  if (me === undefined) {
    return (
      <div className="page">
        <Skeleton lines={4} />
      </div>
    );
  }
  return me ? <Outlet /> : <Navigate to={loginPath(pathname + search)} replace />;
}

/** Lets in whoever has one of the roles. Stands inside `RequireLogin`. */
export function RequireRole({ roles }: { roles: string[] }) {
  return hasRole(useMe(), ...roles) ? <Outlet /> : <ForbiddenPage />;
}
