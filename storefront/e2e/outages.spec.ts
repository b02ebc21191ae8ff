import { expect, test } from "./fixtures";

test("a connection cut during the order's way misses no step and repeats none", async ({
  person,
  seller,
}) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.putIntoCart(await anna.sell("Cut lantern", 5));
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");

  await bert.context.setOffline(true);
  await anna.ask("POST", `/api/orders/${order}/shipments`, { tracking: "ZZ123" });
  await anna.ask("POST", `/api/orders/${order}/delivery`);
  await bert.context.setOffline(false);

  await bert.seesStatus("Delivered");
  const steps = bert.page.getByRole("list", { name: "How far your order is" }).getByRole("listitem");
  await expect(steps).toHaveText([/^✓Placed/, /^✓Reserved/, /^✓Paid/, /^✓Shipped/, /^✓Delivered/]);
});

test("a shop that does not answer is said so, and asked again by whoever wants to", async ({
  person,
  seller,
}) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert", "guest")]);
  await anna.sell("Waited for", 3);
  await bert.page.route("**/api/products?*", (route) => route.abort("connectionrefused"));
  await bert.page.goto("/products");
  const again = bert.page.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await expect(bert.page.getByRole("banner")).toBeVisible();
  await bert.page.unroute("**/api/products?*");
  await again.click();
  await expect(bert.page.getByRole("link", { name: "Waited for" })).toBeVisible();
});

test("where events are blocked, the order is looked at again and again", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  await bert.context.route("**/api/live*", (route) => route.abort("blockedbyclient"));
  await bert.putIntoCart(await anna.sell("Polled lantern", 5));
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await anna.ask("POST", `/api/orders/${order}/shipments`, {});
  await bert.seesStatus("Shipped");
});
