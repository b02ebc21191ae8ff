import type { Account } from "../../api";
import { useMe } from "../../session/useMe";
import { Unverified } from "../checkout/Unverified";
import { ChangePassword } from "./ChangePassword";
import { DeleteAccount } from "./DeleteAccount";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

export function Component() {
  const me = useMe();
  return me ? <Sections me={me} /> : null;
}

function Sections({ me }: { me: Account }) {
  return (
    <div className="page page-text stack-l">
      <title>Account · Millrace</title>
      <h1>Account</h1>
      {!me.email_verified && <Unverified email={me.email} />}
      <Profile me={me} />
      <ChangePassword />
      <SecondFactor me={me} />
      <Sessions />
      <DeleteAccount />
    </div>
  );
}
