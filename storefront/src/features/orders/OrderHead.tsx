import type { ReactNode } from "react";
import type { WholeOrder } from "../../api";
import { Price } from "../../components/Price";
import { StatusBadge } from "../../components/StatusBadge";
import { Stepper } from "../../components/Stepper";
import { Time } from "../../components/Time";
import { stepsOf } from "./steps";

interface OrderHeadProps {
  order: WholeOrder;
  title: string;
  /** What is said of the steps. */
  progress: string;
  /** What leads back. */
  children?: ReactNode;
}

/** Which order it is, and how far it has come. */
export function OrderHead({ order, title, progress, children }: OrderHeadProps) {
  return (
    <>
      <div className="stack">
        {children}
        <div className="spread">
          <h1>{title}</h1>
          <p role="status" className="order-status">
            <span className="visually-hidden">Status: </span>
            <StatusBadge status={order.status} />
          </p>
        </div>
        <p className="soft small">
          <Time at={order.placed_at} /> · <Price of={order.total} /> ·{" "}
          <span className="order-id">{order.id}</span>
        </p>
      </div>
      <section className="card" aria-label="Progress">
        <Stepper steps={stepsOf(order)} label={progress} />
      </section>
    </>
  );
}
