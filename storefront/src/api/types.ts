import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type Category = Schemas["Category"];
export type Consumer = Schemas["Consumer"];
export type Consumers = Schemas["Consumers"];
export type DeadLetter = Omit<Schemas["DeadLetter"], "data"> & { data: unknown };
export type Feed = Schemas["Feed"];
export type Message = Schemas["Message"];
export type Moment = Schemas["Moment"];
export type Money = Schemas["Money"];
export type Movement = Schemas["Movement"];
export type NewOrder = Schemas["NewOrder"];
export type Order = Schemas["Order"];
export type OrderLine = Schemas["Line"];
export type Paid = Schemas["Paid"];
export type Product = Schemas["Product"];
export type ProductChange = Schemas["ProductChange"];
export type Revenue = Schemas["Revenue"];
export type RoleName = Schemas["RoleName"];
export type Session = Schemas["Session"];
export type ShipTo = Schemas["ShipTo"];
export type Shipment = Schemas["Shipment"];
export type Stock = Schemas["Stock"];
export type StockNumbers = Schemas["StockNumbers"];
/** An event as the archive has it. What it says depends on its type. */
export type StoredEvent = Omit<Schemas["Event"], "data"> & { data: unknown };
export type Subscribed = Schemas["Subscribed"];
export type Summary = Schemas["Summary"];
export type User = Schemas["User"];
export type Webhook = Schemas["Webhook"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookEvent = Schemas["NewSubscription"]["events"][number];
export type WholeOrder = Schemas["WholeOrder"];
export type OrderStatus = NonNullable<
  NonNullable<operations["list_orders"]["parameters"]["query"]>["status"]
>;
export type ProductStatus = NonNullable<
  NonNullable<operations["list_own_products"]["parameters"]["query"]>["status"]
>;
