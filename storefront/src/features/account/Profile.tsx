import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, fieldErrors, keys, onlyIf, type Account } from "../../api";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Form, type Values } from "../../components/Form";
import { toast } from "../../components/toast";

export function Profile({ me }: { me: Account }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ username, display_name }: Values) => {
      const body = {
        ...(username && username !== me.username ? { username } : {}),
        ...(display_name && display_name !== me.display_name ? { display_name } : {}),
      };
      return answer(api.PATCH("/api/users/me", { body, headers: onlyIf(me.version) }));
    },
    onSuccess: () => toast("Your profile is saved."),
    onSettled: () => client.invalidateQueries({ queryKey: keys.me, exact: true }),
  });
  const errors = fieldErrors(change.error);
  return (
    <section className="card stack" aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <p className="soft">
        {me.email} {me.email_verified ? "(confirmed)" : "(not confirmed yet)"}
      </p>
      <Form
        label="Profile"
        error={change.error}
        fields={["username", "display_name"]}
        onSubmit={(values) => change.mutate(values)}
      >
        <Field
          label="User name"
          name="username"
          autoComplete="nickname"
          autoCapitalize="none"
          defaultValue={me.username ?? ""}
          error={errors.username}
        />
        <Field
          label="Name that others see"
          name="display_name"
          autoComplete="name"
          defaultValue={me.display_name ?? ""}
          maxLength={64}
          error={errors.display_name}
        />
        <div>
          <Button type="submit" look="primary" busy={change.isPending}>
            Save profile
          </Button>
        </div>
      </Form>
    </section>
  );
}
