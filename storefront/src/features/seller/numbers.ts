/** What somebody typed as a whole number, null where it is none. A sign may stand before it. */
export function wholeNumber(text: string): number | null {
  const match = /^([+\-−]?)(\d{1,9})$/.exec(text.trim());
  if (!match) return null;
  const size = Number(match[2]);
  return match[1] === "-" || match[1] === "−" ? -size : size;
}
