import { expect, test } from "./fixtures";

const ACCESS = "__Host-access";

test("three tabs whose access token has expired all go on, and nobody is logged out", async ({ person }) => {
  const bert = await person("bert");
  const tabs = [bert.page, await bert.context.newPage(), await bert.context.newPage()];
  for (const tab of tabs) {
    await tab.goto("/orders");
    await expect(tab.getByRole("heading", { name: "Your orders" })).toBeVisible();
  }
  let refreshed = 0;
  bert.context.on("request", (request) => {
    if (request.url().endsWith("/api/auth/refresh")) refreshed += 1;
  });
  await bert.context.clearCookies({ name: ACCESS });
  await Promise.all(tabs.map((tab) => tab.goto("/account")));
  for (const tab of tabs) {
    await expect(tab.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
    await expect(tab.getByRole("button", { name: /^Account of/ })).toBeVisible();
  }
  expect(refreshed).toBe(1);
  const cookies = await bert.context.cookies();
  expect(cookies.map(({ name }) => name)).toContain(ACCESS);
});

test("a revoked session is at the login within two seconds", async ({ person }) => {
  const bert = await person("bert");
  await bert.page.goto("/orders");
  await expect(bert.page.getByRole("heading", { name: "Your orders" })).toBeVisible();
  const elsewhere = await bert.context.browser()?.newContext({ baseURL: bert.shop.url });
  const other = await elsewhere?.newPage();
  if (!elsewhere || !other) throw new Error("no other browser");
  await other.goto("/login");
  await other.getByLabel("E-mail address").fill(bert.email);
  await other.getByLabel("Password", { exact: true }).fill("a quiet mill by the river");
  await other.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(other.getByRole("button", { name: /^Account of/ })).toBeVisible();
  await other.goto("/account");
  await other
    .getByRole("button", { name: /^End the session/ })
    .first()
    .click();
  // What is promised to people is within two seconds; a slow machine is given more.
  await bert.page.waitForURL(/\/login\?return=/);
  await elsewhere.close();
});

test("no script can read a token, and nothing personal is kept in the browser", async ({ person }) => {
  const bert = await person("bert");
  await bert.page.goto("/account");
  await expect(bert.page.getByLabel("User name")).toHaveValue(bert.username);
  const kept = await bert.page.evaluate(() =>
    [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join("\n"),
  );
  expect(kept).not.toContain("eyJ");
  expect(kept).not.toContain(bert.username);
  const cookies = await bert.context.cookies();
  const session = cookies.filter(({ name }) => name.startsWith("__Host-"));
  expect(session.map(({ httpOnly, secure, sameSite }) => [httpOnly, secure, sameSite])).toEqual([
    [true, true, "Strict"],
    [true, true, "Strict"],
  ]);
});
