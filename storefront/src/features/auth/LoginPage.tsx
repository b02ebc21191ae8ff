import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router-dom";
import { answer, api, beginSession, fieldErrors, isProblem, keys } from "../../api";
import { Button } from "../../components/Button";
import { Field, PasswordField } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { returnPath } from "../../session/returnPath";
import { useMe } from "../../session/useMe";
import { DemoLogin } from "./DemoLogin";
import "./auth.css";

export function Component() {
  const [search] = useSearchParams();
  const client = useQueryClient();
  const me = useMe();
  const [withCode, setWithCode] = useState(false);
  const login = useMutation({
    mutationFn: ({ email = "", password = "", totp }: Values) =>
      answer(
        api.POST("/api/auth/login", { body: { email, password, ...(totp ? { totp: totp.trim() } : {}) } }),
      ),
    onSuccess: beginSession,
    onError: (error) => {
      if (isProblem(error, "totp_required")) setWithCode(true);
    },
  });
  if (me) return <Navigate to={returnPath(search)} replace />;

  const asked = isProblem(login.error, "totp_required");
  const errors = fieldErrors(login.error);
  return (
    <div className="page page-narrow stack-l">
      <title>Log in · Millrace</title>
      <div className="stack">
        <h1>Log in</h1>
        {search.has("return") && <p className="soft">Log in to go on. You come back to where you were.</p>}
      </div>
      <Form
        label="Log in"
        error={asked ? null : login.error}
        fields={["email", "password", "totp"]}
        onSubmit={(values) => login.mutate(values)}
      >
        <Field
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          required
          error={errors.email}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={errors.password}
        />
        {withCode && (
          <Field
            label="Code"
            name="totp"
            hint="Six digits from your authenticator app, or one of your recovery codes."
            autoComplete="one-time-code"
            // The field appears because it is asked for: what was typed last leads here.
            ref={focusOnce}
            error={errors.totp}
          />
        )}
        <Button type="submit" look="primary" busy={login.isPending || (login.isSuccess && me === null)}>
          Log in
        </Button>
      </Form>
      <div className="spread small">
        <Link to="/forgot">Forgot your password?</Link>
        <Link to={{ pathname: "/signup", search: search.toString() }}>Create an account</Link>
      </div>
      <DemoLogin onDone={() => void client.invalidateQueries({ queryKey: keys.me })} />
    </div>
  );
}

function focusOnce(input: HTMLInputElement | null): void {
  input?.focus();
}
