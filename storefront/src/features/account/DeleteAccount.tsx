import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router-dom";
import { answer, api, endSession, fieldErrors, isProblem, wordsFor } from "../../api";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { PasswordField } from "../../components/Field";
import { Form } from "../../components/Form";
import { toast } from "../../components/toast";

export function DeleteAccount() {
  const [open, setOpen] = useState(false);
  return (
    <section className="card stack" aria-labelledby="delete">
      <h2 id="delete">Delete the account</h2>
      <p className="soft">
        Your name, addresses and messages become unreadable everywhere. Orders stay, as those of a deleted
        user. This cannot be undone.
      </p>
      <div>
        <Button look="danger" onClick={() => setOpen(true)}>
          Delete my account
        </Button>
      </div>
      {open && <DeleteDialog onClose={() => setOpen(false)} />}
    </section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const erase = useMutation({
    mutationFn: (password: string) => answer(api.DELETE("/api/users/me", { body: { password } })),
    onSuccess: () => {
      navigate("/", { flushSync: true });
      endSession("left");
      toast("Your account is deleted. Farewell.");
    },
  });
  const wrong = isProblem(erase.error, "wrong_password");
  return (
    <Dialog title="Delete your account for good?" onClose={onClose}>
      <Form
        label="Delete the account"
        error={wrong ? null : erase.error}
        fields={["password"]}
        onSubmit={({ password = "" }) => erase.mutate(password)}
      >
        <PasswordField
          label="Your password"
          name="password"
          autoComplete="current-password"
          required
          error={wrong ? wordsFor(erase.error) : fieldErrors(erase.error).password}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" busy={erase.isPending}>
            Delete my account
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
