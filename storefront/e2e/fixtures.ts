import { expect, test as base } from "@playwright/test";
import { Person } from "./person";
import { Shop } from "./shop";

interface Fixtures {
  /** Lets somebody come, who has an account unless they are a guest. */
  person: (name: string, how?: "guest") => Promise<Person>;
  /** The same with a shop of their own. */
  seller: (name: string) => Promise<Person>;
}

/** A shop per worker, and people in browsers of their own. Whatever their pages complain about fails the test. */
export const test = base.extend<Fixtures, { shop: Shop }>({
  shop: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that it needs off the pattern.
    async ({}, provide) => {
      const shop = await Shop.open();
      await provide(shop);
      await shop.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  person: async ({ browser, shop }, provide) => {
    const complaints: string[] = [];
    const people: Person[] = [];
    await provide(async (name, how) => {
      const person = await Person.come(browser, shop, name, complaints);
      people.push(person);
      if (how !== "guest") await person.join();
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
    expect(complaints).toEqual([]);
  },
  seller: async ({ person }, provide) => {
    await provide(async (name) => {
      const seller = await person(name);
      await seller.openShop(`Shop of ${seller.username}`);
      return seller;
    });
  },
});

export { expect };
