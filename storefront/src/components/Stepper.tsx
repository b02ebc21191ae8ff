import { classes } from "../lib/classes";

export interface Step {
  name: string;
  state: "done" | "current" | "ahead" | "stopped";
}

const MARKS = { done: "✓", current: "", ahead: "", stopped: "✕" };
const WORDS = { done: "done", current: "now", ahead: "still to come", stopped: "ended here" };

/** How far something has come, step by step. */
export function Stepper({ steps, label }: { steps: Step[]; label: string }) {
  return (
    <ol className="stepper" role="list" aria-label={label}>
      {steps.map(({ name, state }) => (
        <li
          key={name}
          className={classes("step", `step-${state}`)}
          aria-current={state === "current" ? "step" : undefined}
        >
          <span className="step-mark" aria-hidden="true">
            {MARKS[state]}
          </span>
          <span>
            {name}
            <span className="visually-hidden">, {WORDS[state]}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
