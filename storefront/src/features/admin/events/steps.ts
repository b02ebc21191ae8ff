import type { Money } from "../../../api";
import type { Fact, Standing } from "./standing";

export type Data = Record<string, unknown>;
type Step = (data: Data, before: Standing) => Record<string, Fact | undefined>;

const number = (value: unknown) => (typeof value === "number" ? value : 0);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const list = (value: unknown) => (Array.isArray(value) ? (value as Data[]) : []);
const units = (lines: unknown) => list(lines).reduce((sum, { quantity }) => sum + number(quantity), 0);
const plus = (before: Standing, name: string, by: number) => ({ [name]: number(before[name]) + by });

function money(value: unknown): Money | undefined {
  return typeof value === "object" && value !== null && "amount" in value ? (value as Money) : undefined;
}

function plusMoney(before: Standing, name: string, value: unknown) {
  const by = money(value);
  return by && { [name]: { ...by, amount: by.amount + (money(before[name])?.amount ?? 0) } };
}

const to =
  (status: string): Step =>
  () => ({ Status: status });

const attempt =
  (outcome: string): Step =>
  ({ attempt }) => ({ Payment: `attempt ${number(attempt)} ${outcome}` });

function stock(onHand: number, reserved: number): Step {
  return ({ quantity, delta }, before) => {
    const by = number(quantity ?? delta);
    const now = {
      "On hand": number(before["On hand"]) + onHand * by,
      Reserved: number(before.Reserved) + reserved * by,
    };
    return { ...now, Available: now["On hand"] - now.Reserved };
  };
}

function details({ name, category, description, images, price }: Data): ReturnType<Step> {
  return {
    Name: text(name),
    Category: text(category),
    Description: text(description),
    Images: Array.isArray(images) ? images.length : undefined,
    Price: money(price),
  };
}

function roles(before: Standing, change: (roles: string[]) => string[]) {
  const had = typeof before.Roles === "string" ? before.Roles.split(", ").filter(Boolean) : [];
  return { Roles: change(had).join(", ") };
}

function parcels(name: string, all: string, some: string | undefined): Step {
  return (_, before) => {
    const now = number(before[name]) + 1;
    return { [name]: now, Status: now >= number(before.Sellers) ? all : some };
  };
}

/** What each type of event changes. Adding a type to the domain without one here shows its event, and no change. */
export const STEPS: Record<string, Step> = {
  "order.placed": ({ lines, total, address }) => ({
    Status: "placed",
    Total: money(total),
    Units: units(lines),
    Sellers: new Set(list(lines).map(({ seller }) => seller)).size,
    Address: address ? "kept apart" : undefined,
  }),
  "order.confirmed": ({ pay_by }) => ({ Status: "confirmed", "Pay by": text(pay_by) }),
  "order.rejected": to("rejected"),
  "order.payment_started": attempt("under way"),
  "order.payment_pending": attempt("not answered yet"),
  "order.payment_declined": attempt("declined"),
  "order.paid": (data, before) => ({
    Status: "paid",
    ...attempt("paid")(data, before),
    ...plusMoney(before, "Money taken", data.amount),
  }),
  "order.paid_late": (data, before) => ({
    ...attempt("paid too late")(data, before),
    ...plusMoney(before, "Money taken", data.amount),
  }),
  "order.expired": to("expired"),
  "order.cancelled": to("cancelled"),
  "order.shipped": parcels("Parcels sent", "shipped", "partly shipped"),
  "order.delivered": parcels("Parcels arrived", "delivered", undefined),
  "order.completed": to("completed"),
  "order.returned": ({ lines }, before) => plus(before, "Units returned", units(lines)),
  "order.refunded": ({ amount }, before) => ({
    Status: before.Status === "cancelled" ? "refunded" : undefined,
    ...plusMoney(before, "Money given back", amount),
  }),
  "order.address_forgotten": () => ({ Address: "forgotten" }),
  "inventory.received": stock(1, 0),
  "inventory.adjusted": stock(1, 0),
  "inventory.restocked": stock(1, 0),
  "inventory.reserved": stock(0, 1),
  "inventory.released": stock(0, -1),
  "inventory.committed": stock(-1, -1),
  "inventory.threshold_set": ({ quantity }) => ({ "Low below": number(quantity) }),
  "product.listed": (data) => ({ Status: data.draft ? "draft" : "on offer", ...details(data) }),
  "product.details_changed": details,
  "product.price_changed": details,
  "product.published": to("on offer"),
  "product.unpublished": to("draft"),
  "product.archived": to("archived"),
  "product.restored": to("on offer"),
  "user.registered": () => ({ Status: "registered", "E-mail address": "not proven", Roles: "buyer" }),
  "user.email_verified": () => ({ "E-mail address": "proven" }),
  "user.verification_requested": ({ number: sent }) => ({ "Verification links": number(sent) }),
  "user.reset_requested": ({ number: sent }) => ({ "Reset links": number(sent) }),
  "user.role_granted": ({ role }, before) => roles(before, (had) => [...new Set([...had, String(role)])]),
  "user.role_revoked": ({ role }, before) => roles(before, (had) => had.filter((one) => one !== role)),
  "user.shop_opened": (_, before) => roles(before, (had) => [...had, "seller"]),
  "user.suspended": to("suspended"),
  "user.reinstated": to("registered"),
  "user.second_factor_enabled": () => ({ "Second factor": "on" }),
  "user.second_factor_disabled": () => ({ "Second factor": "off" }),
  "user.session_started": (_, before) => plus(before, "Open sessions", 1),
  "user.session_ended": (_, before) => plus(before, "Open sessions", -1),
  "user.erased": () => ({ Status: "erased", "Open sessions": 0 }),
  "claim.claimed": ({ owner, until }) => ({ Owner: text(owner), "To register until": text(until) }),
  "claim.released": () => ({ Owner: "nobody" }),
  "message.posted": ({ number: posted }) => ({ Messages: number(posted) }),
  "message.forgotten": ({ numbers }, before) => plus(before, "Texts forgotten", list(numbers).length),
  "webhook.subscribed": (_, before) => plus(before, "Subscriptions", 1),
  "webhook.removed": (_, before) => plus(before, "Subscriptions", -1),
  "webhook.disabled": (_, before) => plus(before, "Switched off", 1),
};
