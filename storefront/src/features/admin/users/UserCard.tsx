import { useState } from "react";
import { Link } from "react-router-dom";
import type { RoleName, User } from "../../../api";
import { Button } from "../../../components/Button";
import { Time } from "../../../components/Time";
import { useMe } from "../../../session/useMe";
import { historyPath } from "../events/references";
import { useMayAct } from "../staff";
import { Ago } from "../When";
import { GRANTED } from "./filters";
import { GrantDialog, ReinstateDialog, RevokeDialog, SuspendDialog } from "./UserDialogs";

type Open = { dialog: "grant" | "suspend" | "reinstate" } | { dialog: "revoke"; role: RoleName } | null;

/** What to call a user whom the page knows no name of. */
export function userName({ display_name, username, email }: User): string {
  return display_name ?? username ?? email ?? "A user without a name";
}

export function UserCard({ user }: { user: User }) {
  const [open, setOpen] = useState<Open>(null);
  const mayAct = useMayAct() && !user.erased_at;
  // Nobody can leave the shop without an admin: it is for others to do.
  const self = useMe()?.id === user.id;
  const close = () => setOpen(null);
  const name = userName(user);
  return (
    <li className="card stack user">
      <div className="spread">
        <div>
          <h2 className="user-name">{name}</h2>
          <p className="small soft">
            {user.email ?? "no address"} · since <Time at={user.registered_at} />
            {user.shop_name && (
              <>
                {" · "}
                <Link to={`/sellers/${user.id}`}>{user.shop_name}</Link>
              </>
            )}
          </p>
        </div>
        <UserState user={user} />
      </div>
      <RoleList
        user={user}
        kept={self ? "admin" : undefined}
        onRevoke={mayAct ? (role) => setOpen({ dialog: "revoke", role }) : undefined}
      />
      <div className="row user-actions">
        <Link className="button button-small" to={historyPath({ kind: "user", id: user.id })}>
          History<span className="visually-hidden"> of {name}</span>
        </Link>
        <Link className="button button-small" to={`/admin/audit?actor=user:${user.id}`}>
          What they did<span className="visually-hidden">: {name}</span>
        </Link>
        {mayAct && (
          <Button size="small" onClick={() => setOpen({ dialog: "grant" })}>
            Grant a role<span className="visually-hidden"> to {name}</span>
          </Button>
        )}
        {mayAct && !self && (
          <Button
            size="small"
            look={user.suspension ? "plain" : "danger"}
            onClick={() => setOpen({ dialog: user.suspension ? "reinstate" : "suspend" })}
          >
            {user.suspension ? "Reinstate" : "Suspend"}
            <span className="visually-hidden"> {name}</span>
          </Button>
        )}
      </div>
      {open?.dialog === "grant" && <GrantDialog user={user} onClose={close} />}
      {open?.dialog === "revoke" && <RevokeDialog user={user} role={open.role} onClose={close} />}
      {open?.dialog === "suspend" && <SuspendDialog user={user} onClose={close} />}
      {open?.dialog === "reinstate" && <ReinstateDialog user={user} onClose={close} />}
    </li>
  );
}

function UserState({ user: { erased_at, suspension, email_verified, second_factor } }: { user: User }) {
  return (
    <div className="stack user-state">
      <div className="row">
        {erased_at && <span className="badge">Erased</span>}
        {suspension && <span className="badge badge-bad">Suspended</span>}
        {!email_verified && !erased_at && <span className="badge badge-warn">Address not proven</span>}
        {second_factor && <span className="badge badge-good">Second factor</span>}
      </div>
      {suspension && (
        <p className="small soft">
          <Ago at={suspension.since} />
          {suspension.reason && `: ${suspension.reason}`}
        </p>
      )}
    </div>
  );
}

interface RoleListProps {
  user: User;
  /** A role that is not to be revoked here. */
  kept: RoleName | undefined;
  onRevoke: ((role: RoleName) => void) | undefined;
}

function RoleList({ user: { roles }, kept, onRevoke }: RoleListProps) {
  return (
    <ul role="list" className="row" aria-label="Roles">
      {roles.map((role) => {
        const revocable = GRANTED.find((known) => known === role && known !== kept);
        return (
          <li key={role} className="role badge badge-active">
            {role}
            {revocable && onRevoke && (
              <button type="button" aria-label={`Revoke ${role}`} onClick={() => onRevoke(revocable)}>
                ✕
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
