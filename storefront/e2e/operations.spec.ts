import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const consumer = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ has: page.getByText(name, { exact: true }), hasText: "generation" });

test("a consumer that stands still falls behind, and catches up once it goes on", async ({
  person,
  seller,
  shop,
}) => {
  const [anna, bert, staff] = await Promise.all([seller("anna"), person("bert"), person("dora", "guest")]);
  const product = await anna.sell("Lagging", 50);
  await staff.beStaff();
  await staff.page.goto("/admin/operations");
  const orders = consumer(staff.page, "orders");
  await expect(orders).toContainText("up to date");

  await shop.millrace("consumers", "pause", "orders_g1", "--reason", "looking closely");
  await expect(orders).toContainText("Paused");
  await bert.ask("POST", "/api/orders", { lines: [{ product_id: product, quantity: 1 }] });
  await expect(orders).toContainText(/[1-9][0-9]* events? behind/);

  await shop.millrace("consumers", "resume", "orders_g1");
  await expect(orders).toContainText("up to date");
});

test("an event that fails by itself is a dead letter, and a retry heals it once its cause is mended", async ({
  person,
  seller,
  shop,
}) => {
  const [anna, bert, staff] = await Promise.all([seller("anna"), person("bert"), person("dora", "guest")]);
  const product = await anna.sell("Sevens", 50);
  await staff.beStaff();
  await shop.sql(
    "alter table orders_g1.order_lines add constraint no_sevens check (quantity <> 7) not valid",
  );
  await bert.ask("POST", "/api/orders", { lines: [{ product_id: product, quantity: 7 }] });

  await staff.page.goto("/admin/operations");
  const letters = staff.page.getByRole("list", { name: "Dead letters" });
  await expect(letters).toContainText("no_sevens");
  await shop.sql("alter table orders_g1.order_lines drop constraint no_sevens");
  await letters.getByRole("button", { name: "Try it again" }).click();
  const dialog = staff.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Try it again" }).click();
  await expect(staff.page.getByText("No dead letters")).toBeVisible();
  await expect
    .poll(() =>
      bert.ask<{ items: { status: string }[] }>("GET", "/api/orders").then(({ items }) => items[0]?.status),
    )
    .toBe("confirmed");
});

test("the event browser shows an order's history as it happened", async ({ person, seller }) => {
  const [anna, bert, staff] = await Promise.all([seller("anna"), person("bert"), person("dora", "guest")]);
  await bert.putIntoCart(await anna.sell("Browsed", 3));
  await bert.goToCheckout();
  const order = await bert.placeOrder();
  await bert.seesStatus("Paid");
  await staff.beStaff();
  await staff.page.goto(`/admin/events/order/${order}`);
  const moments = staff.page.getByRole("article", { name: /^Version \d+: / }).getByRole("heading");
  await expect(moments).toHaveText([/Placed/, /Confirmed/, /Payment started/, /Paid/]);
  await expect(staff.page.getByText(bert.username)).toHaveCount(0);
});
