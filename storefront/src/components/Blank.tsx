import type { ReactNode } from "react";
import { isProblem, wordsFor } from "../api";
import { Button } from "./Button";

/** Nothing to show, and where to go from here. */
export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="blank">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What could not be loaded, and a way out. */
export function Failure({ error, retry, title = "This could not be loaded" }: FailureProps) {
  return (
    <div className="blank" role="alert">
      <h2>{title}</h2>
      <p>{wordsFor(error)}</p>
      {isProblem(error) && error.requestId && <p className="small">Request {error.requestId}</p>}
      {retry && (
        <Button look="primary" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retry?: () => void;
  title?: string;
}
