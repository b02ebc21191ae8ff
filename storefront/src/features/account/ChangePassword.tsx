import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, fieldErrors, isProblem, keys, wordsFor } from "../../api";
import { Button } from "../../components/Button";
import { PasswordField } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { toast } from "../../components/toast";

export function ChangePassword() {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({
      values: { current_password = "", new_password = "" },
    }: {
      values: Values;
      done: () => void;
    }) => answer(api.POST("/api/auth/change-password", { body: { current_password, new_password } })),
    onSuccess: (_, { done }) => {
      done();
      toast("Your password is changed. Your other sessions have ended.");
      return client.invalidateQueries({ queryKey: keys.me });
    },
  });
  const wrong = isProblem(change.error, "wrong_password");
  const errors = fieldErrors(change.error);
  return (
    <section className="card stack" aria-labelledby="password">
      <h2 id="password">Password</h2>
      <Form
        label="Change the password"
        error={wrong ? null : change.error}
        fields={["current_password", "new_password"]}
        onSubmit={(values, form) => change.mutate({ values, done: () => form.reset() })}
      >
        <PasswordField
          label="Current password"
          name="current_password"
          autoComplete="current-password"
          required
          error={wrong ? wordsFor(change.error) : errors.current_password}
        />
        <PasswordField
          label="New password"
          name="new_password"
          autoComplete="new-password"
          required
          hint="12 characters or more. Your other sessions end."
          error={errors.new_password}
        />
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            Change password
          </Button>
        </div>
      </Form>
    </section>
  );
}
