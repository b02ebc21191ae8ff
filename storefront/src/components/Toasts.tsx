import { Link } from "react-router-dom";
import { dismiss, useToasts } from "./toast";

export function Toasts() {
  const toasts = useToasts();
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, link }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {link && (
            <Link to={link.to} onClick={() => dismiss(id)}>
              {link.text}
            </Link>
          )}
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
