import { expect, test } from "./fixtures";

test("two browsers want the last unit: one gets it, the other is told why", async ({ person, seller }) => {
  const [anna, bert, cleo] = await Promise.all([seller("anna"), person("bert"), person("cleo")]);
  const product = await anna.sell("Last lantern", 1);
  for (const buyer of [bert, cleo]) {
    await buyer.putIntoCart(product);
    await buyer.goToCheckout();
  }
  // Neither order leaves its browser before both buttons are pressed.
  let pressed = 0;
  let release: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (release = resolve));
  for (const { page } of [bert, cleo]) {
    await page.route("**/api/orders", async (route) => {
      pressed += 1;
      if (pressed === 2) release();
      await both;
      await route.continue();
    });
  }
  await Promise.all([bert, cleo].map((buyer) => buyer.placeOrder()));

  const told = async ({ page }: typeof bert) => {
    const decided = page.getByRole("status").filter({ hasText: /Status: (Paid|Not available)/ });
    await expect(decided).toBeVisible();
    return (await decided.innerText()).includes("Paid");
  };
  const served = await Promise.all([told(bert), told(cleo)]);
  expect(served.filter(Boolean)).toHaveLength(1);
  const { page } = served[0] ? cleo : bert;
  await expect(page.getByText("Last lantern: you wanted 1, none was left")).toBeVisible();
});

test("a double click on the button places one order", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.putIntoCart(await anna.sell("Twice clicked", 5));
  await bert.goToCheckout();
  await bert.page.getByRole("button", { name: "Place order" }).dblclick();
  await bert.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  await bert.seesStatus("Paid");
  const { items } = await bert.ask<{ items: unknown[] }>("GET", "/api/orders");
  expect(items).toHaveLength(1);
});

test("an order whose answer was lost is placed once, with the key of its first attempt", async ({
  person,
  seller,
}) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.putIntoCart(await anna.sell("Sent twice", 5));
  await bert.goToCheckout();
  let attempts = 0;
  await bert.page.route("**/api/orders", async (route) => {
    attempts += 1;
    if (attempts > 1) return route.continue();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await bert.placeOrder();
  expect(attempts).toBe(2);
  await bert.page.unroute("**/api/orders");
  const { items } = await bert.ask<{ items: unknown[] }>("GET", "/api/orders");
  expect(items).toHaveLength(1);
});
