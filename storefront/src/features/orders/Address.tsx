import type { ShipTo } from "../../api";
import { countryName } from "../../lib/countries";

interface AddressProps {
  of: ShipTo;
  /** For whoever hands the parcel to a carrier. */
  withPhone?: boolean;
}

/** Where an order goes, as on a parcel. */
export function Address({ of: { name, lines, postcode, city, country, phone }, withPhone }: AddressProps) {
  const rows = [...lines, [postcode, city].filter(Boolean).join(" "), countryName(country)];
  return (
    <address>
      <strong>{name}</strong>
      {rows.map((row, place) => (
        <span key={place}>{row}</span>
      ))}
      {withPhone && phone && <a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a>}
    </address>
  );
}
