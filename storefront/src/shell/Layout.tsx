import { Suspense, useEffect, useRef } from "react";
import { Outlet, ScrollRestoration, useLocation } from "react-router-dom";
import { Skeleton } from "../components/Skeleton";
import { Toasts } from "../components/Toasts";
import { Footer } from "./Footer";
import { Header } from "./Header";
import "./shell.css";

/** What surrounds every page. */
export function Layout() {
  const main = useFocusOnNewPage();
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" ref={main} tabIndex={-1}>
        <Suspense
          fallback={
            <div className="page">
              <Skeleton lines={4} />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      <Footer />
      <Toasts />
      <ScrollRestoration />
    </>
  );
}

/** A new page begins at its beginning, for keyboards and screen readers too. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
