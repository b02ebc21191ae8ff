import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router-dom";
import { answer, api, isProblem, keys, wordsFor } from "../../api";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/useMe";
import { Resend } from "./Resend";
import "./auth.css";

/** Where the link of the mail leads. The token is good once, so it is used once, however often the page is drawn. */
export function Component() {
  const [search] = useSearchParams();
  const token = search.get("token") ?? "";
  const client = useQueryClient();
  const me = useMe();
  const { isSuccess, isPending, error, refetch } = useQuery({
    queryKey: ["verify", token],
    queryFn: async () => {
      await answer(api.POST("/api/auth/verify-email", { body: { token } }));
      void client.invalidateQueries({ queryKey: keys.me });
      return true;
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
    refetchOnReconnect: false,
  });
  return (
    <div className="page page-narrow stack-l">
      <title>Confirm your address · Millrace</title>
      <h1>Confirm your address</h1>
      {isPending && <Skeleton lines={2} label="Confirming your address" />}
      {isSuccess && (
        <>
          <Notice look="good" alert>
            <p>Thank you, your address is confirmed.</p>
          </Notice>
          {me ? (
            <Link className="button button-primary" to="/products">
              Go shopping
            </Link>
          ) : (
            <Link className="button button-primary" to="/login">
              Log in
            </Link>
          )}
        </>
      )}
      {error && (
        <>
          <Notice look="bad" alert>
            <p>
              {token
                ? wordsFor(error)
                : "This address lacks the token of the link. Copy the link as a whole."}
            </p>
          </Notice>
          {isProblem(error) && error.passing && <Button onClick={() => void refetch()}>Try again</Button>}
          {me?.email && !me.email_verified && <Resend email={me.email} />}
          {me?.email_verified && <p>Your address is confirmed already: nothing is left to do.</p>}
          {!me && <Link to="/login">Log in to ask for another link</Link>}
        </>
      )}
    </div>
  );
}
