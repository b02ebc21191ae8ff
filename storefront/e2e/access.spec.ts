import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/** Goes to each page, and asks axe of it. */
async function visit(page: Page, paths: string[]): Promise<void> {
  for (const path of paths) {
    await page.goto(path);
    await settled(page);
    await isAccessible(page, path);
  }
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], .skeleton")).toHaveCount(0);
}

async function isAccessible(page: Page, state: string): Promise<void> {
  const light = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  // The rest is the same in the dark.
  const dark = await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze();
  await page.emulateMedia({ colorScheme: "light" });
  const violations = [...light.violations, ...dark.violations];
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  expect(found, state).toEqual([]);
}

test("axe finds nothing on any page of a guest", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert", "guest")]);
  const product = await anna.sell("Looked at", 3);
  const { id } = await anna.ask<{ id: string }>("GET", "/api/users/me");
  const paths = ["/", "/products", "/products?q=nothing-like-it", `/products/${product}`, `/sellers/${id}`];
  await visit(bert.page, [
    ...paths,
    "/cart",
    "/login",
    "/signup",
    "/forgot",
    "/reset-password",
    "/verify-email",
  ]);
  await visit(bert.page, ["/no/such/page"]);
  await bert.putIntoCart(product);
  await visit(bert.page, ["/cart"]);
});

test("axe finds nothing on any page of a buyer, nor in its dialogs", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.putIntoCart(await anna.sell("Bought", 3));
  await visit(bert.page, ["/orders", "/account", "/checkout"]);
  await bert.page.getByRole("button", { name: "Place order" }).click();
  await expect(bert.page.getByRole("alert").first()).toBeVisible();
  await isAccessible(bert.page, "a checkout with errors");
  await bert.page.getByLabel("Send it to an address").uncheck();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await visit(bert.page, ["/orders", `/orders/${order}`]);
  await bert.page.getByRole("button", { name: "Cancel the order" }).click();
  await expect(bert.page.getByRole("dialog")).toBeVisible();
  await isAccessible(bert.page, "the dialog of a cancellation");
  await bert.page.keyboard.press("Escape");
  await expect(bert.page.getByRole("dialog")).toBeHidden();
  await bert.page.getByRole("button", { name: /^Account of/ }).click();
  await isAccessible(bert.page, "the account's menu");
});

test("axe finds nothing in the seller's area", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  const product = await anna.sell("Sold", 3);
  await bert.putIntoCart(product);
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await visit(bert.page, ["/seller"]);
  await visit(anna.page, [
    "/seller",
    "/seller/products",
    "/seller/products/new",
    `/seller/products/${product}`,
  ]);
  await visit(anna.page, ["/seller/orders", `/seller/orders/${order}`, "/seller/webhooks"]);
});

test("axe finds nothing in the admin's area", async ({ person }) => {
  const [staff, bert] = await Promise.all([person("dora", "guest"), person("bert")]);
  await staff.beStaff();
  const { id } = await bert.ask<{ id: string }>("GET", "/api/users/me");
  await visit(staff.page, ["/admin/operations", "/admin/orders", "/admin/users", "/admin/audit"]);
  await visit(staff.page, ["/admin/events", `/admin/events/user/${id}`]);
  await visit(bert.page, ["/admin/operations"]);
});

/** Presses Tab until it is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (
      (await target.count()) > 0 &&
      (await target.evaluate((element) => element === document.activeElement))
    ) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${target.toString()}`);
}

test("the purchase goes by keyboard alone, from the search to what became of the order", async ({
  person,
  seller,
}) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  const word = `k${Math.random().toString(36).slice(2, 8)}`;
  await anna.sell(`Keyboard ${word}`, 3);
  const { page } = bert;
  const press = async (target: Locator, key = "Enter") => {
    await tabTo(page, target);
    await page.keyboard.press(key);
  };
  await page.goto("/");
  await tabTo(page, page.getByRole("searchbox"));
  await page.keyboard.type(word);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: `Keyboard ${word}` }).first()).toBeVisible();
  await press(
    page
      .getByRole("main")
      .getByRole("link", { name: `Keyboard ${word}` })
      .first(),
  );
  await expect(page.getByRole("heading", { name: `Keyboard ${word}` })).toBeVisible();
  await press(page.getByRole("button", { name: "Add to cart" }));
  await press(page.getByRole("link", { name: "View cart" }));
  await press(page.getByRole("link", { name: "Go to checkout" }));
  await press(page.getByLabel("Send it to an address"), "Space");
  await press(page.getByRole("button", { name: "Place order" }));
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  await bert.seesStatus("Paid");
});
