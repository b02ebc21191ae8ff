import { useState } from "react";
import { Link, Navigate } from "react-router-dom";
import { fieldErrors, isProblem, type Money, type NewOrder } from "../../api";
import { Failure } from "../../components/Blank";
import { Button } from "../../components/Button";
import { Check } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/useMe";
import { useCheckedCart } from "../cart/checked";
import { ADDRESS_FIELDS, AddressFields, addressOf } from "./AddressFields";
import { PaymentChoice } from "./PaymentChoice";
import { PriceDialog } from "./PriceDialog";
import { Summary } from "./Summary";
import { Unverified } from "./Unverified";
import { usePlaceOrder } from "./usePlaceOrder";
import { DEFAULT_TOKEN } from "./payment";
import "./checkout.css";

export function Component() {
  const me = useMe();
  const { cart, lines, query, total, currencies } = useCheckedCart();
  const [ships, setShips] = useState(true);
  const place = usePlaceOrder();
  const busy = place.isPending || place.isSuccess;
  if (cart.length === 0 && !busy) return <Navigate to="/cart" replace />;

  const blocked =
    currencies.size > 1 ||
    lines.some(({ trouble }) => trouble === "unavailable" || trouble === "out_of_stock");
  const changed = isProblem(place.error, "price_changed")
    ? (place.error.body.total as Money | undefined)
    : undefined;
  const submit = (values: Values) => {
    const order: NewOrder = {
      lines: cart.map(({ product_id, quantity }) => ({ product_id, quantity })),
      expected_total: total,
      ship_to: ships ? addressOf(values) : null,
    };
    place.mutate({ order, payWith: values.payment ?? DEFAULT_TOKEN });
  };
  return (
    <div className="page">
      <title>Checkout · Millrace</title>
      <div className="stack-l">
        <h1>Checkout</h1>
        {me && !me.email_verified && <Unverified email={me.email} />}
        {query.isError && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.isPending && cart.length > 0 && <Skeleton lines={6} />}
        {query.data && (
          <Form
            label="Checkout"
            error={changed ? null : place.error}
            fields={ships ? [...ADDRESS_FIELDS, "ship_to/lines"] : []}
            onSubmit={submit}
          >
            <div className="checkout-columns">
              <div className="stack">
                <section className="card stack" aria-labelledby="delivery">
                  <h2 id="delivery">Delivery</h2>
                  <Check
                    label="Send it to an address"
                    checked={ships}
                    onChange={({ target }) => setShips(target.checked)}
                  />
                  {ships && <AddressFields errors={fieldErrors(place.error)} />}
                  <p className="small soft">
                    You and the sellers of this order see the address, nobody else.
                  </p>
                </section>
                <section className="card stack" aria-labelledby="payment">
                  <h2 id="payment">Payment</h2>
                  <p>
                    You pay as soon as the sellers&apos; stock is reserved for you, moments after ordering.
                  </p>
                  <PaymentChoice name="payment" />
                </section>
              </div>
              <aside className="card stack checkout-summary" aria-labelledby="summary">
                <h2 id="summary">Your order</h2>
                <Summary lines={lines} total={total} />
                {blocked && (
                  <p className="field-error">
                    Something in your cart cannot be ordered. <Link to="/cart">Look at the cart</Link>
                  </p>
                )}
                <Button
                  type="submit"
                  look="primary"
                  size="wide"
                  busy={busy}
                  disabled={blocked || me?.email_verified === false}
                >
                  Place order
                </Button>
              </aside>
            </div>
          </Form>
        )}
      </div>
      {changed && place.variables && (
        <PriceDialog
          seen={place.variables.order.expected_total}
          now={changed}
          onAccept={() =>
            place.mutate({ ...place.variables, order: { ...place.variables.order, expected_total: changed } })
          }
          onDecline={() => place.reset()}
        />
      )}
    </div>
  );
}
