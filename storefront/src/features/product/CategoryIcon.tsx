const PATHS: Record<string, string> = {
  kitchen:
    "M4 10h13v5a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4zM17 11h1.5a2 2 0 0 1 0 4H17M8 6.5c0-1.2 1-1.2 1-2.5M12 6.5c0-1.2 1-1.2 1-2.5",
  home: "M8 4h8l3 8H5zM12 12v6M8 20h8M12 18v2",
  garden: "M12 20v-9M12 14c-5 0-7-3-7-7 5 0 7 3 7 7ZM12 11c0-4 2-6 6-6 0 4-2 6-6 6",
  stationery: "m5 19 1-4L16 5l3 3L9 18zM14 7l3 3M13 20h6",
  toys: "M4 13h7v7H4zM13 13h7v7h-7zM8.5 4h7v7h-7z",
  travel: "M4 8h16v11H4zM9 8V5h6v3M8 8v11M16 8v11",
  books: "M4 5h6a2 2 0 0 1 2 2v13a2 2 0 0 0-2-2H4zM20 5h-6a2 2 0 0 0-2 2v13a2 2 0 0 1 2-2h6z",
  clothing: "m8 4-5 3 2 4 2-1v10h10V10l2 1 2-4-5-3c-1 2-7 2-8 0Z",
};
const PARCEL = "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8M8 6l8 4";

/** A drawing for a category; a parcel for those that have none of their own. */
export function CategoryIcon({ category }: { category: string | null | undefined }) {
  return (
    <svg className="category-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d={pathOf(category)}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function pathOf(category: string | null | undefined): string {
  return PATHS[category?.toLowerCase() ?? ""] ?? PARCEL;
}
