/**
 * Whether this is a demo shop, which shows its mails at /dev/mail and lets anybody in. Asked by what only a demo shop answers
 * with data; elsewhere the address leads to a page or nowhere.
 */
export async function isDemo(): Promise<boolean> {
  const response = await fetch("/dev/mail", { method: "HEAD", headers: { Accept: "application/json" } });
  return response.ok && (response.headers.get("Content-Type") ?? "").startsWith("application/json");
}
