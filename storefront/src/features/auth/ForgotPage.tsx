import { useMutation } from "@tanstack/react-query";
import { Link } from "react-router-dom";
import { answer, api, fieldErrors } from "../../api";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { Notice } from "../../components/Notice";
import "./auth.css";

export function Component() {
  const forgot = useMutation({
    mutationFn: ({ email = "" }: Values) =>
      answer(api.POST("/api/auth/forgot-password", { body: { email } })),
  });
  return (
    <div className="page page-narrow stack-l">
      <title>Forgot your password? · Millrace</title>
      <h1>Forgot your password?</h1>
      {forgot.isSuccess ? (
        <Notice look="good" alert>
          <p>
            If there is an account with this address, a mail with a link is on its way. The link is good for
            half an hour.
          </p>
        </Notice>
      ) : (
        <Form
          label="Ask for a link"
          error={forgot.error}
          fields={["email"]}
          onSubmit={(values) => forgot.mutate(values)}
        >
          <Field
            label="E-mail address"
            name="email"
            type="email"
            autoComplete="email"
            required
            hint="We send you a link that sets a new password."
            error={fieldErrors(forgot.error).email}
          />
          <Button type="submit" look="primary" busy={forgot.isPending}>
            Send the link
          </Button>
        </Form>
      )}
      <Link className="small" to="/login">
        Back to the login
      </Link>
    </div>
  );
}
