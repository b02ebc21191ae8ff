import { expect, test } from "./fixtures";

test("whoever edits a product in a second tab is told of the first, and loses nothing", async ({
  seller,
}) => {
  const anna = await seller("anna");
  const product = await anna.sell("Two tabs", 3);
  const [first, second] = [anna.page, await anna.context.newPage()];
  for (const tab of [first, second]) {
    await tab.goto(`/seller/products/${product}`);
    await expect(tab.getByLabel("Name", { exact: true })).toHaveValue("Two tabs");
  }
  await second.getByLabel("Description").fill("Written in the second tab.");
  await first.getByLabel("Name", { exact: true }).fill("Renamed in the first tab");
  await first.getByRole("button", { name: "Save" }).click();
  await expect(first.getByRole("heading", { name: "Renamed in the first tab" })).toBeVisible();

  await second.getByRole("button", { name: "Save" }).click();
  const dialog = second.getByRole("dialog", { name: "This product was changed meanwhile" });
  await expect(dialog).toContainText("Renamed in the first tab");
  await expect(dialog).toContainText("Written in the second tab.");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await expect(dialog).toBeHidden();

  const saved = () => anna.ask<{ name: string; description: string }>("GET", `/api/products/${product}`);
  await expect.poll(() => saved().then(({ description }) => description)).toBe("Written in the second tab.");
  expect((await saved()).name).toBe("Renamed in the first tab");
});

test("a price that changed between cart and order is asked about", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  const product = await anna.sell("Dearer lantern", 3, 1000);
  await bert.putIntoCart(product);
  await bert.goToCheckout();
  await expect(bert.page.getByRole("complementary")).toContainText("€10.00");
  // The page is not told of prices, and asks anew only when it is looked at again.
  await anna.ask("PATCH", `/api/products/${product}`, { price: { amount: 1250, currency: "EUR" } });
  await bert.page.getByRole("button", { name: "Place order" }).click();

  const dialog = bert.page.getByRole("dialog", { name: "The price has changed" });
  await expect(dialog).toContainText("€12.50");
  expect((await bert.ask<{ items: unknown[] }>("GET", "/api/orders")).items).toEqual([]);
  await dialog.getByRole("button", { name: /^Order for/ }).click();
  await bert.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  await bert.seesStatus("Paid");
  await expect(bert.page.getByRole("main")).toContainText("€12.50");
});
