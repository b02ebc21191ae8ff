import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import type { Shop } from "./shop";

export const PASSWORD = "a quiet mill by the river";

interface Mail {
  link: string | null;
}

/** Somebody in front of a browser of their own. */
export class Person {
  private constructor(
    readonly shop: Shop,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly email: string,
  ) {}

  /** A guest. What their pages complain about is kept in `complaints`. */
  static async come(browser: Browser, shop: Shop, name: string, complaints: string[]): Promise<Person> {
    const context = await browser.newContext({ baseURL: shop.url });
    await context.exposeFunction("complain", (what: string) => complaints.push(`${name}: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        (window as unknown as { complain: (what: string) => void }).complain(
          `${violatedDirective} forbids ${blockedURI}`,
        );
      });
    });
    context.on("weberror", (error) => complaints.push(`${name}: ${error.error().message}`));
    const unique = `${name}${Math.random().toString(36).slice(2, 10)}`;
    return new Person(shop, context, await context.newPage(), `${unique}@example.com`);
  }

  get username(): string {
    return this.email.replace("@example.com", "");
  }

  /** Signs up, follows the link of the mail and logs in, on the pages for it. */
  async joinOnPages(): Promise<void> {
    await this.page.goto("/signup");
    await this.page.getByLabel("E-mail address").fill(this.email);
    await this.page.getByLabel("User name").fill(this.username);
    await this.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await this.page.getByRole("button", { name: "Create account" }).click();
    await expect(this.page.getByRole("heading", { name: "Look at your mail" })).toBeVisible();
    await this.page.goto(await this.mailedLink("verify-email"));
    await expect(this.page.getByText("your address is confirmed")).toBeVisible();
    await this.logIn();
  }

  /** The same, quicker. */
  async join(): Promise<void> {
    await this.page.goto("/login");
    await this.ask("POST", "/api/auth/signup", {
      email: this.email,
      username: this.username,
      password: PASSWORD,
    });
    const link = await this.mailedLink("verify-email");
    const token = new URLSearchParams(link.split("?")[1]).get("token");
    await this.ask("POST", "/api/auth/verify-email", { token });
    await this.logIn();
  }

  async logIn(password = PASSWORD): Promise<void> {
    await this.page.goto("/login");
    await this.page.getByLabel("E-mail address").fill(this.email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(this.page.getByRole("button", { name: /^Account of/ })).toBeVisible();
  }

  /** Logs in as one of those who run a demo shop. */
  async beStaff(): Promise<void> {
    await this.page.goto("/login");
    await this.page.getByRole("button", { name: "As an admin" }).click();
    await expect(this.page.getByRole("button", { name: /^Account of/ })).toBeVisible();
  }

  async openShop(shopName: string): Promise<void> {
    await this.ask("POST", "/api/sellers", { shop_name: shopName });
    await this.page.reload();
  }

  /** Lists a product, and answers its id once everybody sees it. */
  async sell(name: string, stock: number, cents = 1999): Promise<string> {
    const price = { amount: cents, currency: "EUR" };
    const { id } = await this.ask<{ id: string }>("POST", "/api/products", {
      name,
      price,
      category: "Home",
      initial_stock: stock,
    });
    await expect
      .poll(() => this.ask<{ stock: string }>("GET", `/api/products/${id}`).then(({ stock }) => stock))
      .not.toBe("out");
    return id;
  }

  async putIntoCart(product: string): Promise<void> {
    await this.page.goto(`/products/${product}`);
    await this.page.getByRole("button", { name: "Add to cart" }).click();
    await expect(this.page.getByText("in your cart")).toBeVisible();
  }

  /** Goes to the checkout with what is in the cart, which is sent nowhere. */
  async goToCheckout(): Promise<void> {
    await this.page.goto("/cart");
    await this.page.getByRole("link", { name: "Go to checkout" }).click();
    await this.page.getByLabel("Send it to an address").uncheck();
  }

  async placeOrder(): Promise<string> {
    await this.page.getByRole("button", { name: "Place order" }).click();
    await this.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
    return this.page.url().split("/").pop() ?? "";
  }

  async seesStatus(status: string): Promise<void> {
    await expect(this.page.getByRole("status").filter({ hasText: "Status: " })).toHaveText(
      `Status: ${status}`,
    );
  }

  /** Asks the shop as a script would, with this person's cookies. */
  async ask<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.page.evaluate(
      async ([method, path, body]) => {
        const headers: Record<string, string> = { "X-Requested-With": "test" };
        if (body !== undefined) headers["Content-Type"] = "application/json";
        if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID();
        const response = await fetch(path, { method, headers, body: body ?? null });
        return { ok: response.ok, status: response.status, text: await response.text() };
      },
      [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
    );
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text === "" ? undefined : JSON.parse(answer.text)) as Answer;
  }

  /** The path of the link to a page, in the newest mail that has one. */
  async mailedLink(page: string): Promise<string> {
    let link: string | null | undefined;
    await expect
      .poll(async () => {
        const request = { headers: { Accept: "application/json" } };
        const answer = await this.context.request.get(`/dev/mail?to=${this.email}`, request);
        const { items } = (await answer.json()) as { items: Mail[] };
        link = items.find((mail) => mail.link?.includes(`/${page}?`))?.link;
        return link;
      })
      .toBeTruthy();
    const { pathname, search } = new URL(link ?? "");
    return pathname + search;
  }
}
