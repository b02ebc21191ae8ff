import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, api, named, onlyIf } from "./client";
import { isProblem } from "./problem";
import { beginSession, endSession, onSession, renewedAt, renewSession, type SessionEvent } from "./session";
import { isWaiting, onWaiting } from "./waiting";

type Answering = (request: Request, call: number) => Response | Promise<Response>;

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ type: `/docs/problems#${code}`, title: code, status, code }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
const good = (body: unknown = {}, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

let asked: Request[] = [];

function shop(answering: Answering): void {
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init);
    asked.push(request);
    return answering(request, asked.length);
  });
}

const order = { lines: [{ product_id: "p", quantity: 1 }] };
const place = () => answer(api.POST("/api/orders", { body: order, headers: named("first") }));
const keysOf = (requests: Request[]) => requests.map(({ headers }) => headers.get("Idempotency-Key"));

beforeEach(() => {
  asked = [];
  localStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("commands", () => {
  it("say that they come from a page of the shop, and name their attempt", async () => {
    shop(() => good({}, 201));
    await place();
    await answer(api.POST("/api/sellers", { body: { shop_name: "Lanterns" } }));
    expect(asked.map(({ headers }) => headers.get("X-Requested-With"))).toEqual(["storefront", "storefront"]);
    expect(keysOf(asked)[0]).toBe("first");
    expect(keysOf(asked)[1]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("change only what was seen, where that is asked for", async () => {
    shop(() => good());
    await answer(api.PATCH("/api/users/me", { body: { username: "anna" }, headers: onlyIf(4) }));
    expect(asked[0]?.headers.get("If-Match")).toBe('"4"');
  });

  it("leave queries, logins and what answers a secret without a name", async () => {
    shop(() => good({ items: [] }));
    await answer(api.GET("/api/products"));
    await answer(api.POST("/api/auth/forgot-password", { body: { email: "anna@example.org" } }));
    const body = { url: "https://example.org/hook", events: ["order.paid" as const] };
    await answer(api.POST("/api/webhooks", { body }));
    expect(keysOf(asked)).toEqual([null, null, null]);
    expect(asked[0]?.headers.has("X-Requested-With")).toBe(false);
  });

  it("are repeated by the same name while their outcome is unknown, and that is told", async () => {
    const told: boolean[] = [];
    const forget = onWaiting(() => told.push(isWaiting()));
    shop((_, call) => {
      if (call === 1) return problem(503, "unavailable", { "Retry-After": "1" });
      if (call === 2) throw new TypeError("the network is gone");
      return call === 3 ? problem(409, "in_flight") : good({ id: "o" }, 201);
    });
    const placed = expect(place()).resolves.toEqual({ id: "o" });
    await vi.advanceTimersByTimeAsync(60_000);
    await placed;
    forget();
    expect(keysOf(asked)).toEqual(["first", "first", "first", "first"]);
    expect(told).toEqual([true, false, true, false, true, false]);
    expect(await asked[3]?.clone().json()).toEqual(order);
  });

  it("give up after a few tries, and say why", async () => {
    shop(() => {
      throw new TypeError("the network is gone");
    });
    const refused = expect(place()).rejects.toSatisfy((error) => isProblem(error, "unreachable"));
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
    expect(asked).toHaveLength(4);
  });

  it("are not repeated when they were refused, or when nobody promises to do them once", async () => {
    shop((request) =>
      request.url.includes("login") ? problem(503, "unavailable") : problem(409, "price_changed"),
    );
    await expect(place()).rejects.toSatisfy((error) => isProblem(error, "price_changed"));
    const login = answer(api.POST("/api/auth/login", { body: { email: "a@b.c", password: "x" } }));
    await expect(login).rejects.toSatisfy((error) => isProblem(error, "unavailable"));
    expect(asked).toHaveLength(2);
  });

  it("hand on how long to wait", async () => {
    shop(() => problem(429, "too_fast", { "Retry-After": "12" }));
    await expect(place()).rejects.toSatisfy((error) => isProblem(error) && error.retryAfterSeconds === 12);
  });
});

describe("a session that has run out", () => {
  const runOut = (renewal: () => Response): Answering => {
    let alive = false;
    return (request) => {
      if (request.url.endsWith("/api/auth/refresh")) {
        vi.advanceTimersByTime(5);
        const response = renewal();
        alive = response.ok;
        return response;
      }
      return alive ? good({ id: "me" }) : problem(401, "unauthenticated");
    };
  };
  const renewals = () => asked.filter(({ url }) => url.endsWith("/api/auth/refresh")).length;

  beforeEach(() => {
    beginSession();
    vi.advanceTimersByTime(600_000);
  });

  it("is renewed once, however many requests notice, and each is repeated", async () => {
    shop(runOut(() => new Response(null, { status: 204 })));
    const me = () => answer(api.GET("/api/users/me"));
    await expect(Promise.all([me(), me(), me()])).resolves.toEqual([
      { id: "me" },
      { id: "me" },
      { id: "me" },
    ]);
    expect(renewals()).toBe(1);
    expect(asked).toHaveLength(7);
  });

  it("is not renewed again after another tab has done it", async () => {
    shop(runOut(() => new Response(null, { status: 204 })));
    const before = Date.now() - 1;
    localStorage.setItem("millrace.session", String(Date.now()));
    await expect(renewSession(before)).resolves.toBe(true);
    expect(renewals()).toBe(0);
  });

  it("is over when the shop says so, and everybody is told once", async () => {
    const told: SessionEvent[] = [];
    const forget = onSession((event) => told.push(event));
    shop(runOut(() => problem(401, "unauthenticated")));
    const me = () => answer(api.GET("/api/users/me"));
    const outcomes = await Promise.allSettled([me(), me()]);
    forget();
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(told).toEqual(["over"]);
    expect(renewedAt()).toBeNull();
    expect(renewals()).toBe(1);
  });

  it("stays when nobody could tell", async () => {
    shop(runOut(() => problem(503, "unavailable")));
    await expect(answer(api.GET("/api/users/me"))).rejects.toSatisfy((error) =>
      isProblem(error, "unavailable"),
    );
    expect(renewedAt()).not.toBeNull();
    endSession("left");
  });

  it("is renewed under the lock of the browser, where it has one", async () => {
    const request = vi.fn((_: string, work: () => unknown) => Promise.resolve(work()));
    vi.stubGlobal("navigator", { locks: { request } });
    shop(runOut(() => new Response(null, { status: 204 })));
    await answer(api.GET("/api/users/me"));
    expect(request).toHaveBeenCalledOnce();
  });
});
