import { useId, useState, type ComponentProps, type ReactNode } from "react";

interface Labelled {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
}

/** A label, a control, a hint and what is wrong with it, tied together. */
function Frame({ label, hint, error, children }: Labelled & { children: (aria: Aria) => ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <div id={`${id}-hint`} className="field-hint">
          {hint}
        </div>
      )}
      {error && (
        <div id={`${id}-error`} className="field-error">
          {error}
        </div>
      )}
    </div>
  );
}

interface Aria {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

export function Field({ label, hint, error, ...input }: Labelled & ComponentProps<"input">) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(aria) => <input {...input} {...aria} className="input" />}
    </Frame>
  );
}

export function TextArea({ label, hint, error, ...input }: Labelled & ComponentProps<"textarea">) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(aria) => <textarea {...input} {...aria} className="input" />}
    </Frame>
  );
}

export function Select({ label, hint, error, ...input }: Labelled & ComponentProps<"select">) {
  return (
    <Frame label={label} hint={hint} error={error}>
      {(aria) => <select {...input} {...aria} className="input" />}
    </Frame>
  );
}

export function PasswordField({ label, hint, error, ...input }: Labelled & ComponentProps<"input">) {
  const [shown, setShown] = useState(false);
  return (
    <Frame label={label} hint={hint} error={error}>
      {(aria) => (
        <div className="password">
          <input
            {...input}
            {...aria}
            className="input"
            type={shown ? "text" : "password"}
            spellCheck={false}
          />
          <button
            type="button"
            aria-pressed={shown}
            aria-label="Show password"
            onClick={() => setShown(!shown)}
          >
            {shown ? "Hide" : "Show"}
          </button>
        </div>
      )}
    </Frame>
  );
}

export function Check({ label, ...input }: { label: ReactNode } & ComponentProps<"input">) {
  return (
    <label className="check">
      <input type="checkbox" {...input} />
      <span>{label}</span>
    </label>
  );
}
