import { Link, useRouteError } from "react-router-dom";
import { Button } from "../components/Button";
import { wordsFor } from "../api";

function Outcome({ code, title, text }: { code: string; title: string; text: string }) {
  return (
    <div className="page page-text">
      <title>{`${title} · Millrace`}</title>
      <div className="blank">
        <p className="small">{code}</p>
        <h1>{title}</h1>
        <p>{text}</p>
        <div className="row">
          <Link className="button button-primary" to="/products">
            Browse the shop
          </Link>
          <Link className="button" to="/">
            Home
          </Link>
        </div>
      </div>
    </div>
  );
}

export function NotFoundPage() {
  return (
    <Outcome
      code="404"
      title="There is nothing here"
      text="The address may be mistyped, or what was here is gone or not yours to see."
    />
  );
}

export function ForbiddenPage() {
  return (
    <Outcome
      code="403"
      title="This is not for your account"
      text="Your account lacks the role that this page needs."
    />
  );
}

/** A fault of the page itself. */
export function CrashPage() {
  const error = useRouteError();
  return (
    <main className="page page-text">
      <title>Something broke · Millrace</title>
      <div className="blank" role="alert">
        <p className="small">500</p>
        <h1>Something broke on this page</h1>
        <p>{wordsFor(error)}</p>
        <div className="row">
          <Button look="primary" onClick={() => window.location.reload()}>
            Reload
          </Button>
          <a className="button" href="/">
            Home
          </a>
        </div>
      </div>
    </main>
  );
}
