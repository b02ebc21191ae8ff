import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { demoQuery } from "../../session/demo";
import { DEFAULT_TOKEN, SCENARIOS } from "./payment";

interface ChoiceProps {
  name: string;
}

/** How to pay. A demo shop offers what its fake provider can be told to do. */
export function PaymentChoice({ name }: ChoiceProps) {
  const id = useId();
  const { data: demo } = useQuery(demoQuery);
  if (!demo) return <input type="hidden" name={name} value={DEFAULT_TOKEN} />;
  return (
    <fieldset className="stack payment-choice">
      <legend className="legend">How should the payment go?</legend>
      <p className="small soft">This demo shop moves no money. Choose what its payment provider answers.</p>
      <div className="choices">
        {SCENARIOS.map(({ token, name: words, hint }) => (
          <label key={token} className="choice" htmlFor={`${id}-${token}`}>
            <input
              id={`${id}-${token}`}
              type="radio"
              name={name}
              value={token}
              defaultChecked={token === DEFAULT_TOKEN}
              aria-labelledby={`${id}-${token}-name`}
              aria-describedby={`${id}-${token}-hint`}
            />
            <span>
              <strong id={`${id}-${token}-name`}>{words}</strong>
              <span id={`${id}-${token}-hint`} className="small soft">
                {hint}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
