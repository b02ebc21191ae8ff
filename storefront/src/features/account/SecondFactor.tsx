import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, fieldErrors, isProblem, keys, wordsFor, type Account } from "../../api";
import { Button } from "../../components/Button";
import { Field, PasswordField } from "../../components/Field";
import { Form } from "../../components/Form";
import { Notice } from "../../components/Notice";
import { toast } from "../../components/toast";

export function SecondFactor({ me }: { me: Account }) {
  return (
    <section className="card stack" aria-labelledby="factor">
      <h2 id="factor">Second factor</h2>
      <p className="soft">
        {me.second_factor
          ? "Logins ask for a code from your authenticator app."
          : "With a second factor, a stolen password alone opens nothing."}
      </p>
      {me.second_factor ? <SwitchOff /> : <SwitchOn />}
    </section>
  );
}

function SwitchOn() {
  const client = useQueryClient();
  const enrol = useMutation({ mutationFn: () => answer(api.POST("/api/auth/totp")) });
  const confirm = useMutation({
    mutationFn: (code: string) => answer(api.POST("/api/auth/totp/confirmation", { body: { code } })),
  });
  if (confirm.data) {
    return (
      <Notice look="good" alert>
        <p>
          <strong>It is on.</strong> Keep these recovery codes in a safe place. Each is good once, and they
          are not shown again.
        </p>
        <ul className="figures">
          {confirm.data.recovery_codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <Button size="small" onClick={() => void client.invalidateQueries({ queryKey: keys.me })}>
          I have kept them
        </Button>
      </Notice>
    );
  }
  if (!enrol.data) {
    return (
      <div className="stack">
        {enrol.error && <p className="field-error">{wordsFor(enrol.error)}</p>}
        <div>
          <Button busy={enrol.isPending} onClick={() => enrol.mutate()}>
            Switch it on
          </Button>
        </div>
      </div>
    );
  }
  const wrong = isProblem(confirm.error, "wrong_code");
  return (
    <Form
      label="Confirm the second factor"
      error={wrong ? null : confirm.error}
      fields={["code"]}
      onSubmit={({ code = "" }) => confirm.mutate(code.trim())}
    >
      <p>
        Enter this key in your authenticator app, or <a href={enrol.data.uri}>open it there</a>:
      </p>
      <p>
        <code>{enrol.data.secret}</code>
      </p>
      <Field
        label="Code that the app shows"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        error={wrong ? wordsFor(confirm.error) : fieldErrors(confirm.error).code}
      />
      <div>
        <Button type="submit" look="primary" busy={confirm.isPending}>
          Confirm
        </Button>
      </div>
    </Form>
  );
}

function SwitchOff() {
  const client = useQueryClient();
  const disable = useMutation({
    mutationFn: (password: string) => answer(api.DELETE("/api/auth/totp", { body: { password } })),
    onSuccess: () => {
      toast("The second factor is off.");
      return client.invalidateQueries({ queryKey: keys.me });
    },
  });
  const wrong = isProblem(disable.error, "wrong_password");
  return (
    <Form
      label="Switch the second factor off"
      error={wrong ? null : disable.error}
      fields={["password"]}
      onSubmit={({ password = "" }) => disable.mutate(password)}
    >
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        error={wrong ? wordsFor(disable.error) : fieldErrors(disable.error).password}
      />
      <div>
        <Button type="submit" look="danger" busy={disable.isPending}>
          Switch it off
        </Button>
      </div>
    </Form>
  );
}
