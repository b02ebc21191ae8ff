import { useMutation, useQuery } from "@tanstack/react-query";
import { answer, api, beginSession, wordsFor } from "../../api";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { demoQuery } from "../../session/demo";

const PARTS = [
  ["buyer", "As a buyer"],
  ["seller", "As a seller"],
  ["admin", "As an admin"],
] as const;

/** A demo shop lets anybody in, as one of its people. */
export function DemoLogin({ onDone }: { onDone: () => void }) {
  const { data: demo } = useQuery(demoQuery);
  const login = useMutation({
    mutationFn: (role: "buyer" | "seller" | "admin") =>
      answer(api.POST("/api/auth/demo-login", { body: { role } })),
    onSuccess: () => {
      beginSession();
      onDone();
    },
  });
  if (!demo) return null;
  return (
    <section className="card stack" aria-labelledby="demo">
      <h2 id="demo">Just looking?</h2>
      <p className="soft small">This is a demo shop. Come in as one of its people, without a password.</p>
      {login.error && (
        <Notice look="bad" alert>
          <p>{wordsFor(login.error)}</p>
        </Notice>
      )}
      <div className="row">
        {PARTS.map(([role, words]) => (
          <Button
            key={role}
            size="small"
            busy={login.isPending && login.variables === role}
            onClick={() => login.mutate(role)}
          >
            {words}
          </Button>
        ))}
      </div>
    </section>
  );
}
