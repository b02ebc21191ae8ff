import { useEffect, useRef, type ReactNode, type SyntheticEvent } from "react";
import { fieldErrors, isProblem, wordsFor } from "../api";
import { useNow } from "../lib/useNow";
import { Notice } from "./Notice";

const DOUBLE_CLICK_MILLISECONDS = 500;

export type Values = Record<string, string>;

interface FormProps {
  /** What was filled in, by the names of the fields. */
  onSubmit: (values: Values, form: HTMLFormElement) => void;
  /** What went wrong with the last submission. */
  error: unknown;
  /** The fields that show what is wrong with them; anything else is said above the form. */
  fields?: string[];
  label?: string;
  children: ReactNode;
}

/** A form that says what went wrong, and leads to the first field that needs another look. */
export function Form({ onSubmit, error, fields = [], label, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const submitted = useRef({ at: -Infinity, values: "" });
  useEffect(() => {
    if (!error) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    (find("[aria-invalid=true]") ?? find("[data-problem]"))?.focus();
  }, [error]);

  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = valuesOf(event.currentTarget);
    const last = submitted.current;
    submitted.current = { at: event.timeStamp, values: JSON.stringify(values) };
    // A double click is one submission.
    const again = event.timeStamp - last.at < DOUBLE_CLICK_MILLISECONDS;
    if (again && last.values === submitted.current.values) return;
    onSubmit(values, event.currentTarget);
  };
  return (
    <form ref={form} className="form" onSubmit={submit} noValidate aria-label={label}>
      <FormProblem error={error} fields={fields} />
      {children}
    </form>
  );
}

function FormProblem({ error, fields }: { error: unknown; fields: string[] }) {
  const wait = useWait(error);
  if (!error) return null;
  const elsewhere = Object.entries(fieldErrors(error)).filter(([name]) => !fields.includes(name));
  return (
    <Notice look="bad" alert>
      <p tabIndex={-1} data-problem>
        {wordsFor(error)}
      </p>
      {elsewhere.map(([name, message]) => (
        <p key={name}>{message}</p>
      ))}
      {wait > 0 && <p className="figures">You can try again in {wait} s.</p>}
      {isProblem(error, "too_fast") && wait === 0 && <p>You can try again now.</p>}
    </Notice>
  );
}

/** How many seconds the shop wants to be left alone. */
function useWait(error: unknown): number {
  const until = useRef<{ error: unknown; at: number }>({ error: null, at: 0 });
  const seconds = isProblem(error) ? error.retryAfterSeconds : null;
  if (until.current.error !== error) {
    until.current = { error, at: seconds === null ? 0 : Date.now() + seconds * 1000 };
  }
  const now = useNow(seconds !== null && until.current.at > Date.now());
  return Math.max(0, Math.ceil((until.current.at - now) / 1000));
}

function valuesOf(form: HTMLFormElement): Values {
  const values: Values = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") values[name] = value;
  }
  return values;
}
