// Takes the pictures of the README, of a shop with something going on in it: `make screenshots`.
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const FOLDER = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));

async function take(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], .skeleton")).toHaveCount(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
  }
}

test("the main screens, light and dark", async ({ person }) => {
  const [anna, bert, staff] = await Promise.all([person("anna"), person("bert"), person("dora", "guest")]);
  await anna.openShop("Hollow Lane Lamps");
  const lantern = await anna.sell("White metal lantern", 12, 2495);
  const bowl = await anna.sell("Glazed breakfast bowl", 3, 1250);
  for (const product of [lantern, bowl]) await bert.putIntoCart(product);
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await bert.ask("POST", `/api/orders/${order}/messages`, {
    text: "Could you wrap the lantern as a present?",
  });
  await anna.ask("POST", `/api/orders/${order}/messages`, { text: "With pleasure. It leaves tomorrow." });
  await staff.beStaff();

  await take(bert.page, "home", "/");
  await take(bert.page, "catalogue", "/products?category=Home");
  await take(bert.page, "order", `/orders/${order}`);
  await take(anna.page, "seller", "/seller");
  await take(anna.page, "product", `/seller/products/${lantern}`);
  await take(staff.page, "operations", "/admin/operations");
  await take(staff.page, "events", `/admin/events/order/${order}`);
});
