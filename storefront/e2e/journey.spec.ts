import { expect, test } from "./fixtures";

test("from sign-up to delivery, with two sellers who ship, and no reload on the buyer's page", async ({
  person,
  seller,
}) => {
  const [anna, cleo, bert] = await Promise.all([seller("anna"), seller("cleo"), person("bert", "guest")]);
  const word = `w${Math.random().toString(36).slice(2, 8)}`;
  await Promise.all([anna.sell(`Copper ${word} lantern`, 3), cleo.sell(`Linen ${word} cloth`, 3, 850)]);

  await bert.joinOnPages();
  for (const name of [`Copper ${word} lantern`, `Linen ${word} cloth`]) {
    await bert.page.getByRole("searchbox").fill(word);
    await bert.page.getByRole("searchbox").press("Enter");
    await bert.page.waitForURL(/q=/);
    await bert.page.getByRole("main").getByRole("link", { name }).first().click();
    await bert.page.getByRole("button", { name: "Add to cart" }).click();
    await expect(bert.page.getByText("in your cart").first()).toBeVisible();
  }
  await bert.page.getByRole("link", { name: /^Cart/ }).click();
  await bert.page.getByRole("link", { name: "Go to checkout" }).click();
  await bert.page.getByLabel("Name", { exact: true }).fill("Bert Brook");
  await bert.page.getByLabel("Street and number").fill("Mill Lane 4");
  await bert.page.getByLabel("Town").fill("Rostock");
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await bert.page.evaluate(() => Object.assign(window, { neverReloaded: true }));

  for (const [{ page }, status] of [
    [anna, "Partly shipped"],
    [cleo, "Shipped"],
  ] as const) {
    await page.goto(`/seller/orders/${order}`);
    await expect(page.getByRole("heading", { name: "Order for Bert Brook" })).toBeVisible();
    await page.getByRole("button", { name: "Mark as shipped" }).click();
    await bert.seesStatus(status);
  }
  await anna.page.getByRole("button", { name: "Mark as delivered" }).click();
  await bert.seesStatus("Shipped");
  await cleo.page.getByRole("button", { name: "Mark as delivered" }).click();
  await bert.seesStatus("Delivered");
  expect(await bert.page.evaluate(() => "neverReloaded" in window)).toBe(true);
});

test("buyer and seller write to one another, see who is writing, and see markup as text", async ({
  person,
  seller,
}) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.putIntoCart(await anna.sell("Talked about", 3));
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await anna.page.goto(`/seller/orders/${order}`);

  await bert.page.getByLabel("Your message").pressSequentially("Do you wrap it?");
  await expect(anna.page.getByText("The buyer is writing…")).toBeVisible();
  await bert.page.getByRole("button", { name: "Send" }).click();
  const heard = anna.page.getByRole("log", { name: "Messages about this order" });
  await expect(heard.getByText("Do you wrap it?")).toBeVisible();

  const markup = "<img src=x onerror=alert(1)> of course";
  await anna.page.getByLabel("Your message").fill(markup);
  await anna.page.getByRole("button", { name: "Send" }).click();
  await expect(
    bert.page.getByRole("log", { name: "Messages about this order" }).getByText(markup),
  ).toBeVisible();
});
