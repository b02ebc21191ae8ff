import { useId } from "react";
import { MOST_UNITS } from "./cart";

interface QuantityProps {
  of: string;
  value: number;
  onChange: (quantity: number) => void;
  disabled?: boolean;
}

/** How many: by buttons or by typing. */
export function Quantity({ of, value, onChange, disabled }: QuantityProps) {
  const id = useId();
  return (
    <div className="quantity">
      <button
        type="button"
        aria-label={`One fewer of ${of}`}
        disabled={disabled === true || value <= 1}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <label className="visually-hidden" htmlFor={id}>
        Quantity of {of}
      </label>
      <input
        id={id}
        className="figures"
        inputMode="numeric"
        value={value}
        disabled={disabled}
        onChange={({ target }) => {
          const typed = Number(target.value.replace(/\D/g, ""));
          if (typed >= 1) onChange(Math.min(typed, MOST_UNITS));
        }}
      />
      <button
        type="button"
        aria-label={`One more of ${of}`}
        disabled={disabled === true || value >= MOST_UNITS}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </div>
  );
}
