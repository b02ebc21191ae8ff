import { useEffect, useRef, useState } from "react";
import { Button } from "../../../components/Button";
import { Notice } from "../../../components/Notice";

interface SecretProps {
  secret: string;
  onKept: () => void;
}

/** What the messages of a webhook are signed with. The shop never shows it again. */
export function Secret({ secret, onKept }: SecretProps) {
  const words = useRef<HTMLParagraphElement>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => words.current?.focus(), []);
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <Notice look="good" alert>
      <p ref={words} tabIndex={-1}>
        <strong>Subscribed.</strong> Messages are signed with this secret. Keep it where your program finds
        it: it is shown this one time.
      </p>
      <p>
        <code className="secret">{secret}</code>
      </p>
      <div className="row">
        <Button size="small" look="primary" onClick={() => void copy()}>
          Copy the secret
        </Button>
        <Button size="small" onClick={onKept}>
          I have kept it
        </Button>
        <span role="status" className="small">
          {copied === true && "Copied."}
          {copied === false && "The browser refused. Select it and copy it yourself."}
        </span>
      </div>
    </Notice>
  );
}
