import { Notice } from "../../components/Notice";
import { Resend } from "../auth/Resend";

interface UnverifiedProps {
  email: string | null | undefined;
  /** What it takes a confirmed address for. */
  before?: string;
}

export function Unverified({ email, before = "you order" }: UnverifiedProps) {
  return (
    <Notice look="warn">
      <p>
        <strong>Confirm your e-mail address before {before}.</strong> Follow the link that we sent
        {email ? ` to ${email}` : " you"}; this page notices by itself.
      </p>
      {email && <Resend email={email} />}
    </Notice>
  );
}
