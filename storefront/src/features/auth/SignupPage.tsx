import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router-dom";
import { answer, api, fieldErrors } from "../../api";
import { Button } from "../../components/Button";
import { Field, PasswordField } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { Notice } from "../../components/Notice";
import { demoQuery } from "../../session/demo";
import { Resend } from "./Resend";
import "./auth.css";

export function Component() {
  const [search] = useSearchParams();
  const signup = useMutation({
    mutationFn: ({ email = "", username = "", password = "" }: Values) =>
      answer(api.POST("/api/auth/signup", { body: { email, username, password } })),
  });
  if (signup.isSuccess) return <MailSent email={signup.variables.email ?? ""} />;

  const errors = fieldErrors(signup.error);
  return (
    <div className="page page-narrow stack-l">
      <title>Create an account · Millrace</title>
      <h1>Create an account</h1>
      <Form
        label="Create an account"
        error={signup.error}
        fields={["email", "username", "password"]}
        onSubmit={(values) => signup.mutate(values)}
      >
        <Field
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="email"
          required
          error={errors.email}
        />
        <Field
          label="User name"
          name="username"
          autoComplete="nickname"
          autoCapitalize="none"
          required
          hint="3 to 32 letters, digits, dots, hyphens or underscores."
          error={errors.username}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          required
          hint="12 characters or more. A few words in a row are easy to remember and hard to guess."
          error={errors.password}
        />
        <Button type="submit" look="primary" busy={signup.isPending}>
          Create account
        </Button>
      </Form>
      <p className="small">
        Been here before? <Link to={{ pathname: "/login", search: search.toString() }}>Log in</Link>
      </p>
    </div>
  );
}

function MailSent({ email }: { email: string }) {
  const { data: demo } = useQuery(demoQuery);
  return (
    <div className="page page-narrow stack-l">
      <title>Look at your mail · Millrace</title>
      <h1>Look at your mail</h1>
      <p role="status">
        We have written to <strong>{email}</strong>. Follow the link in that mail to confirm your address,
        then log in.
      </p>
      {demo && (
        <Notice>
          <p>
            This demo shop shows its mails <a href="/dev/mail">here</a>.
          </p>
        </Notice>
      )}
      <Resend email={email} />
      <Link className="button" to="/login">
        Log in
      </Link>
    </div>
  );
}
