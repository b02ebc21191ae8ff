import { fieldErrors, type RoleName, type User } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Select, TextArea } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { humanWords } from "../events/words";
import { GRANTED } from "./filters";
import { useWish } from "./queries";
import { userName } from "./UserCard";

interface UserDialogProps {
  user: User;
  onClose: () => void;
}

const MEANING: Record<RoleName, string> = {
  buyer: "may order",
  seller: "may sell",
  support: "may look at everything in here",
  admin: "may look at and change everything in here",
};

export function GrantDialog({ user, onClose }: UserDialogProps) {
  const name = userName(user);
  const grant = useWish(user, `${name} has a role more.`, onClose);
  const left = GRANTED.filter((role) => !user.roles.includes(role));
  return (
    <Dialog title={`Grant ${name} a role`} onClose={onClose}>
      <Form
        label="Grant a role"
        error={grant.error}
        fields={["role"]}
        onSubmit={({ role }) => {
          const chosen = left.find((one) => one === role);
          if (chosen) grant.mutate({ name: "grant", role: chosen });
        }}
      >
        {left.length === 0 ? (
          <p>{name} has all roles that can be granted. Whoever opens a shop sells.</p>
        ) : (
          <Select label="Role" name="role" error={fieldErrors(grant.error).role}>
            {left.map((role) => (
              <option key={role} value={role}>
                {humanWords(role)}: {MEANING[role]}
              </option>
            ))}
          </Select>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          {left.length > 0 && (
            <Button type="submit" look="primary" busy={grant.isPending}>
              Grant it
            </Button>
          )}
        </div>
      </Form>
    </Dialog>
  );
}

export function RevokeDialog({ user, role, onClose }: UserDialogProps & { role: RoleName }) {
  const name = userName(user);
  const revoke = useWish(user, `${name} is no longer ${role}.`, onClose);
  return (
    <Dialog title={`Revoke ${role} of ${name}?`} onClose={onClose}>
      <p>
        {name} no longer {MEANING[role]}, within a second, in every session.
      </p>
      <Form
        label="Revoke the role"
        error={revoke.error}
        onSubmit={() => revoke.mutate({ name: "revoke", role })}
      >
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="danger" busy={revoke.isPending}>
            Revoke it
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

export function SuspendDialog({ user, onClose }: UserDialogProps) {
  const name = userName(user);
  const suspend = useWish(user, `${name} is suspended.`, onClose);
  return (
    <Dialog title={`Suspend ${name}?`} onClose={onClose}>
      <p>Their sessions end everywhere within a second, none begins, and what they sell is not on offer.</p>
      <Form
        label="Suspend"
        error={suspend.error}
        fields={["reason"]}
        onSubmit={({ reason = "" }) => suspend.mutate({ name: "suspend", reason: reason.trim() })}
      >
        <TextArea
          label="Why?"
          name="reason"
          rows={2}
          maxLength={500}
          required
          hint="It stays on record for ever: name nobody."
          error={fieldErrors(suspend.error).reason}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="danger" busy={suspend.isPending}>
            Suspend
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

export function ReinstateDialog({ user, onClose }: UserDialogProps) {
  const name = userName(user);
  const reinstate = useWish(user, `${name} may come in again.`, onClose);
  return (
    <Dialog title={`Reinstate ${name}?`} onClose={onClose}>
      <p>They may log in again, and what they have listed is on offer as before.</p>
      <Form
        label="Reinstate"
        error={reinstate.error}
        onSubmit={() => reinstate.mutate({ name: "reinstate" })}
      >
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={reinstate.isPending}>
            Reinstate
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
