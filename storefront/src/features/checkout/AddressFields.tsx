import { useMemo } from "react";
import type { ShipTo } from "../../api";
import { Field, Select } from "../../components/Field";
import type { Values } from "../../components/Form";
import { countries, likelyCountry } from "../../lib/countries";

/** The names of the fields are the pointers by which the shop says what is wrong with them. */
export const ADDRESS_FIELDS = [
  "ship_to/name",
  "ship_to/lines/0",
  "ship_to/lines/1",
  "ship_to/postcode",
  "ship_to/city",
  "ship_to/country",
  "ship_to/phone",
];

export function AddressFields({ errors }: { errors: Record<string, string> }) {
  const offered = useMemo(countries, []);
  return (
    <div className="form">
      <Field label="Name" name="ship_to/name" autoComplete="shipping name" error={errors["ship_to/name"]} />
      <Field
        label="Street and number"
        name="ship_to/lines/0"
        autoComplete="shipping address-line1"
        error={errors["ship_to/lines/0"] ?? errors["ship_to/lines"]}
      />
      <Field
        label="Floor, company, anything else (optional)"
        name="ship_to/lines/1"
        autoComplete="shipping address-line2"
        error={errors["ship_to/lines/1"]}
      />
      <div className="address-town">
        <Field
          label="Postcode"
          name="ship_to/postcode"
          autoComplete="shipping postal-code"
          error={errors["ship_to/postcode"]}
        />
        <Field
          label="Town"
          name="ship_to/city"
          autoComplete="shipping address-level2"
          error={errors["ship_to/city"]}
        />
      </div>
      <Select
        label="Country"
        name="ship_to/country"
        autoComplete="shipping country"
        defaultValue={likelyCountry()}
        error={errors["ship_to/country"]}
      >
        {offered.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </Select>
      <Field
        label="Phone (optional)"
        name="ship_to/phone"
        type="tel"
        autoComplete="shipping tel"
        hint="For the carrier alone."
        error={errors["ship_to/phone"]}
      />
    </div>
  );
}

/** Where it goes, as the shop wants to have it. */
export function addressOf(values: Values): ShipTo {
  const value = (name: string) => values[`ship_to/${name}`]?.trim() ?? "";
  const second = value("lines/1");
  return {
    name: value("name"),
    lines: second ? [value("lines/0"), second] : [value("lines/0")],
    city: value("city"),
    country: value("country"),
    postcode: value("postcode") || null,
    phone: value("phone") || null,
  };
}
