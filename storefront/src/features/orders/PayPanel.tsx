import { useEffect } from "react";
import { wordsFor, type WholeOrder } from "../../api";
import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { Notice } from "../../components/Notice";
import { formatMoney } from "../../lib/money";
import { timeLeft } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { DEFAULT_TOKEN, takeWish } from "../checkout/payment";
import { PaymentChoice } from "../checkout/PaymentChoice";
import { usePay } from "./usePay";
import "../checkout/checkout.css";

/** Pays an order: by itself as its buyer wished at the checkout, or again after that has failed. */
export function PayPanel({ order }: { order: WholeOrder }) {
  const pay = usePay(order.id);
  const payable = order.actions.includes("pay");
  const { mutate } = pay;
  useEffect(() => {
    const wish = payable ? takeWish(order.id) : undefined;
    if (wish !== undefined) mutate(wish);
  }, [payable, mutate, order.id]);

  if (pay.isPending || order.payment?.last_attempt === "awaited") {
    return (
      <Notice>
        <p role="status" className="row">
          <span className="spinner" aria-hidden="true" />
          {pay.isPending ? "Paying…" : "The payment is under way. The provider has not answered yet."}
        </p>
      </Notice>
    );
  }
  if (!payable) return null;
  const declined = order.payment?.last_attempt === "declined";
  return (
    <section className="card stack" aria-labelledby="pay">
      <div className="spread">
        <h2 id="pay">{declined ? "Pay again" : "Pay"}</h2>
        {order.payment?.pay_by && <Deadline at={order.payment.pay_by} />}
      </div>
      {declined && (
        <Notice look="bad" alert>
          <p>
            {pay.data?.reason ?? "The payment was declined."} Nothing was taken. Your items are still
            reserved.
          </p>
        </Notice>
      )}
      {pay.error && (
        <Notice look="bad" alert>
          <p>{wordsFor(pay.error)}</p>
        </Notice>
      )}
      <Form label="Payment" error={null} onSubmit={({ payment = DEFAULT_TOKEN }) => mutate(payment)}>
        <PaymentChoice name="payment" />
        <div>
          <Button type="submit" look="primary">
            {`Pay ${formatMoney(order.total)}`}
          </Button>
        </div>
      </Form>
    </section>
  );
}

function Deadline({ at }: { at: string }) {
  return (
    <span className="small soft figures" role="timer" aria-live="off">
      {timeLeft(at, useNow(true))} left to pay
    </span>
  );
}
