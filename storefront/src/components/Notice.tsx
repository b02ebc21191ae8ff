import type { ReactNode } from "react";
import { classes } from "../lib/classes";

interface NoticeProps {
  look?: "info" | "good" | "warn" | "bad";
  /** Read out at once by screen readers. */
  alert?: boolean;
  children: ReactNode;
}

export function Notice({ look = "info", alert = false, children }: NoticeProps) {
  return (
    <div className={classes("notice", `notice-${look}`)} role={alert ? "alert" : undefined}>
      {children}
    </div>
  );
}
