import { useMutation } from "@tanstack/react-query";
import { answer, api, wordsFor } from "../../api";
import { Button } from "../../components/Button";

/** Asks for another mail that proves an address. */
export function Resend({ email }: { email: string }) {
  const resend = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/resend-verification", { body: { email } })),
  });
  return (
    <div className="row small" role="status">
      <Button size="small" busy={resend.isPending} onClick={() => resend.mutate()}>
        Send the mail again
      </Button>
      {resend.isSuccess && <span>Sent, if it was still needed.</span>}
      {resend.error && <span className="field-error">{wordsFor(resend.error)}</span>}
    </div>
  );
}
