import { expect, test } from "./fixtures";
import { PASSWORD } from "./person";
import { codeOf } from "./totp";

const OTHER_PASSWORD = "another mill by the same river";

test("with a second factor, a login asks for its code", async ({ person }) => {
  const { page, email } = await person("bert");
  await page.goto("/account");
  await page.getByRole("button", { name: "Switch it on" }).click();
  const secret = await page.getByText(/^[A-Z2-7]{16,}$/).innerText();
  await page.getByLabel("Code that the app shows").fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Keep these recovery codes in a safe place.")).toBeVisible();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Log in" })).toBeVisible();

  await page.goto("/login");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  // A code is good once: this is the next one.
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page.getByRole("button", { name: /^Account of/ })).toBeVisible();
});

test("who has forgotten the password sets another by the link of a mail, once", async ({ person }) => {
  const bert = await person("bert");
  const guest = await person("guest", "guest");
  await guest.page.goto("/forgot");
  await guest.page.getByLabel("E-mail address").fill(bert.email);
  await guest.page.getByRole("button", { name: "Send the link" }).click();
  await expect(guest.page.getByText("a mail with a link is on its way")).toBeVisible();
  const link = await bert.mailedLink("reset-password");

  await guest.page.goto(link);
  await guest.page.getByLabel("New password", { exact: true }).fill(OTHER_PASSWORD);
  await guest.page.getByRole("button", { name: "Set password" }).click();
  await expect(guest.page.getByText("every session has ended")).toBeVisible();
  await bert.page.goto("/orders");
  await bert.page.waitForURL(/\/login\?return=/);
  await bert.logIn(OTHER_PASSWORD);

  await guest.page.goto(link);
  await guest.page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await guest.page.getByRole("button", { name: "Set password" }).click();
  await expect(guest.page.getByRole("link", { name: "Ask for a new link" })).toBeVisible();
});

test("whoever deletes their account is gone, and cannot come back", async ({ person }) => {
  const bert = await person("bert");
  await bert.page.goto("/account");
  await bert.page.getByRole("button", { name: "Delete my account" }).click();
  const dialog = bert.page.getByRole("dialog");
  await dialog.getByLabel("Your password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await expect(bert.page.getByText("Your account is deleted.")).toBeVisible();
  await expect(bert.page.getByRole("link", { name: "Log in" })).toBeVisible();

  await bert.page.goto("/login");
  await bert.page.getByLabel("E-mail address").fill(bert.email);
  await bert.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await bert.page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(bert.page.getByRole("alert")).toContainText("No account has");
});

test("what a guest has put into the cart is there after the login", async ({ person, seller }) => {
  const [anna, bert] = await Promise.all([seller("anna"), person("bert")]);
  const product = await anna.sell("Put in as a guest", 5);
  await bert.page.getByRole("button", { name: /^Account of/ }).click();
  await bert.page.getByRole("button", { name: "Log out", exact: true }).click();
  await expect(bert.page.getByRole("link", { name: "Log in" })).toBeVisible();
  await bert.putIntoCart(product);
  await bert.logIn();
  await bert.page.goto("/cart");
  await expect(bert.page.getByRole("link", { name: "Put in as a guest" }).first()).toBeVisible();
});
