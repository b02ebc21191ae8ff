import type { SyntheticEvent } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";

/** Searches the catalogue. The words are in the address, as everything else that was chosen. */
export function SearchBox() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const words = search.get("q") ?? "";
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sought = new FormData(event.currentTarget).get("q");
    const q = typeof sought === "string" ? sought.trim() : "";
    navigate(q ? `/products?q=${encodeURIComponent(q)}` : "/products");
  };
  return (
    <form className="search" role="search" onSubmit={submit}>
      <label className="visually-hidden" htmlFor="search">
        Search the shop
      </label>
      <input
        key={words}
        id="search"
        name="q"
        type="search"
        className="input"
        placeholder="Search the shop"
        defaultValue={words}
        maxLength={200}
        autoComplete="off"
      />
      <button type="submit" className="search-button" aria-label="Search">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <g fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round">
            <circle cx="10.5" cy="10.5" r="6.5" />
            <path d="m15.5 15.5 5 5" />
          </g>
        </svg>
      </button>
    </form>
  );
}
