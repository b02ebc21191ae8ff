import type { Money, WholeOrder } from "../../api";
import { Price } from "../../components/Price";
import { Address } from "./Address";

export function Totals({ order }: { order: WholeOrder }) {
  const { totals, payment, ship_to } = order;
  return (
    <section className="card stack" aria-label="Totals">
      <dl className="amounts">
        <Amount name="Products" of={totals.lines} />
        <Amount name="Shipping" of={totals.shipping} />
        <Amount name="Tax" of={totals.tax} />
        <Amount name="Total" of={totals.total} strong />
        {payment && payment.refunded.amount > 0 && <Amount name="Refunded" of={payment.refunded} />}
      </dl>
      {ship_to && (
        <div className="small order-address">
          <Address of={ship_to} />
        </div>
      )}
    </section>
  );
}

function Amount({
  name,
  of,
  strong = false,
}: {
  name: string;
  of: Money | null | undefined;
  strong?: boolean;
}) {
  if (!of || (of.amount === 0 && !strong)) return null;
  return (
    <div className="spread">
      <dt>{strong ? <strong>{name}</strong> : name}</dt>
      <dd>
        {strong ? (
          <strong>
            <Price of={of} />
          </strong>
        ) : (
          <Price of={of} />
        )}
      </dd>
    </div>
  );
}
