import { Link, useLocation, useSearchParams } from "react-router-dom";

interface Trail {
  /** The cursors of the pages before this one, the first page's being empty. */
  trail?: string[];
}

/** Leads from page to page of a list. The cursor is in the address, so that reloading and going back keep the page. */
export function Pagination({ next, label }: { next: string | null | undefined; label: string }) {
  const [search] = useSearchParams();
  const location = useLocation();
  const trail = (location.state as Trail | null)?.trail ?? [];
  const cursor = search.get("cursor");
  if (!cursor && !next) return null;

  const to = (target: string | undefined) => {
    const params = new URLSearchParams(search);
    if (target) params.set("cursor", target);
    else params.delete("cursor");
    return { search: params.toString() };
  };
  return (
    <nav className="pagination" aria-label={label}>
      {cursor && (
        <Link className="button" to={to(trail.at(-1))} state={{ trail: trail.slice(0, -1) }}>
          {trail.length > 0 ? "Previous page" : "First page"}
        </Link>
      )}
      {next && (
        <Link className="button" to={to(next)} state={{ trail: [...trail, cursor ?? ""] }}>
          Next page
        </Link>
      )}
    </nav>
  );
}
