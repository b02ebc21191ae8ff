import { Reference } from "./Reference";

const ROLES: Record<string, string> = { policy: "the policy", provider: "the provider" };
const NAMES: Record<string, string> = {
  operator: "an operator",
  anonymous: "somebody unnamed",
  books: "the store, closing its books",
};

/** Who did something. The log knows no names. */
export function Actor({ actor }: { actor: string }) {
  const [role = "", name = ""] = actor.split(/:(.*)/);
  if (role === "user") return <Reference to={{ kind: "user", id: name }} />;
  if (ROLES[role]) {
    return (
      <>
        {ROLES[role]} <span className="id">{name}</span>
      </>
    );
  }
  return <>{NAMES[actor] ?? actor}</>;
}
