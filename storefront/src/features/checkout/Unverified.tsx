import { Notice } from "../../components/Notice";
import { Resend } from "../auth/Resend";

export function Unverified({ email }: { email: string | null | undefined }) {
  return (
    <Notice look="warn">
      <p>
        <strong>Confirm your e-mail address before you order.</strong> Follow the link that we sent
        {email ? ` to ${email}` : " you"}; this page notices by itself.
      </p>
      {email && <Resend email={email} />}
    </Notice>
  );
}
