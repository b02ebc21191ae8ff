import type { OrderStatus } from "../api";
import { Select } from "./Field";
import { ORDER_STATUSES, statusWords } from "./StatusBadge";

interface StatusSelectProps {
  status: OrderStatus | undefined;
  /** With the status, or nothing for all of them. */
  onChoose: (status: string) => void;
  offered?: readonly OrderStatus[];
  words?: (status: OrderStatus) => string;
}

/** Narrows a list of orders down to those of one status. */
export function StatusSelect({
  status,
  onChoose,
  offered = ORDER_STATUSES,
  words = statusWords,
}: StatusSelectProps) {
  return (
    <Select label="Show" value={status ?? ""} onChange={({ target }) => onChoose(target.value)}>
      <option value="">All of them</option>
      {offered.map((known) => (
        <option key={known} value={known}>
          {words(known)}
        </option>
      ))}
    </Select>
  );
}
