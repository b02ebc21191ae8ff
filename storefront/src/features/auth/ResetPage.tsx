import { useMutation } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router-dom";
import { answer, api, fieldErrors, isProblem } from "../../api";
import { Button } from "../../components/Button";
import { PasswordField } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { Notice } from "../../components/Notice";
import "./auth.css";

export function Component() {
  const [search] = useSearchParams();
  const token = search.get("token") ?? "";
  const reset = useMutation({
    mutationFn: ({ password = "" }: Values) =>
      answer(api.POST("/api/auth/reset-password", { body: { token, password } })),
  });
  const dead = !token || isProblem(reset.error, "link_used") || isProblem(reset.error, "link_expired");
  return (
    <div className="page page-narrow stack-l">
      <title>Set a new password · Millrace</title>
      <h1>Set a new password</h1>
      {reset.isSuccess ? (
        <>
          <Notice look="good" alert>
            <p>Your password is changed, and every session has ended.</p>
          </Notice>
          <Link className="button button-primary" to="/login">
            Log in
          </Link>
        </>
      ) : (
        <Form
          label="Set a new password"
          error={reset.error}
          fields={["password"]}
          onSubmit={(values) => reset.mutate(values)}
        >
          <PasswordField
            label="New password"
            name="password"
            autoComplete="new-password"
            required
            hint="12 characters or more."
            error={fieldErrors(reset.error).password}
          />
          <Button type="submit" look="primary" busy={reset.isPending} disabled={!token}>
            Set password
          </Button>
        </Form>
      )}
      {dead && !reset.isSuccess && <Link to="/forgot">Ask for a new link</Link>}
    </div>
  );
}
