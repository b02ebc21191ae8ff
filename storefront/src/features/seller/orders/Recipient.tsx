import type { WholeOrder } from "../../../api";
import { Address } from "../../orders/Address";

/** Where the parcel goes. */
export function Recipient({ order: { ship_to } }: { order: WholeOrder }) {
  return (
    <section className="card stack" aria-labelledby="recipient">
      <h2 id="recipient">Send it to</h2>
      {ship_to ? (
        <Address of={ship_to} withPhone />
      ) : (
        <p className="soft">There is no address. Ask the buyer by a message.</p>
      )}
    </section>
  );
}
