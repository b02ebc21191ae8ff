import type { ComponentProps } from "react";
import { classes } from "../lib/classes";

interface ButtonProps extends ComponentProps<"button"> {
  look?: "plain" | "primary" | "danger" | "quiet";
  size?: "small" | "wide";
  /** Something is under way: the button stays in place and says so, and takes no second press. */
  busy?: boolean;
}

export function Button({ look = "plain", size, busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || rest["aria-disabled"]}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
      className={classes("button", `button-${look}`, size && `button-${size}`, className)}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
