import { Time } from "../../../components/Time";
import type { Fact } from "./standing";
import { isTime } from "./references";
import { Value } from "./Value";

/** A fact as people read it. The owner of a claim is the only one that is a reference. */
export function FactValue({ of }: { of: Fact }) {
  return typeof of === "string" && isTime(of) ? <Time at={of} /> : <Value of={of} field="owner" />;
}
