import type { Change } from "./standing";
import { FactValue } from "./FactValue";

/** What an event has changed in how its aggregate stands. */
export function Changes({ of }: { of: Change[] }) {
  if (of.length === 0) return null;
  return (
    <ul role="list" className="changes" aria-label="What it changed">
      {of.map(({ name, before, after }) => (
        <li key={name} className="change">
          <span className="change-name">{name}</span>{" "}
          {before !== undefined && (
            <>
              <del>
                <span className="visually-hidden">from </span>
                <FactValue of={before} />
              </del>{" "}
              <span aria-hidden="true">→</span>{" "}
            </>
          )}
          <ins>
            {before !== undefined && <span className="visually-hidden">to </span>}
            <FactValue of={after} />
          </ins>
        </li>
      ))}
    </ul>
  );
}
