import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, keys, wordsFor, type Session } from "../../api";
import { Failure } from "../../components/Blank";
import { Button } from "../../components/Button";
import { Skeleton } from "../../components/Skeleton";
import { Time } from "../../components/Time";
import { toast } from "../../components/toast";
import { useLogout } from "../../session/useLogout";
import { deviceWords } from "./device";

export function Sessions() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.sessions,
    queryFn: () => answer(api.GET("/api/auth/sessions", { params: { query: { limit: 100 } } })),
  });
  const logout = useLogout();
  return (
    <section className="card stack" aria-labelledby="sessions">
      <h2 id="sessions">Where you are logged in</h2>
      {isPending && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <ul role="list" className="stack" aria-label="Sessions">
          {data.items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
      <div>
        <Button look="danger" busy={logout.isPending} onClick={() => logout.mutate("all")}>
          Log out everywhere
        </Button>
      </div>
    </section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => answer(api.DELETE("/api/auth/sessions/{id}", { params: { path: { id: session.id } } })),
    onSuccess: () => toast("That session has ended."),
    onError: (error) => toast(wordsFor(error)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  const device = deviceWords(session.device);
  return (
    <li className="spread">
      <div>
        <p>
          <strong>{device}</strong> {session.current && <span className="badge badge-good">This one</span>}
        </p>
        <p className="small soft">
          {session.address && `${session.address} · `}
          {session.last_seen_at ? (
            <>
              last seen <Time at={session.last_seen_at} />
            </>
          ) : (
            <>
              since <Time at={session.started_at} />
            </>
          )}
        </p>
      </div>
      {!session.current && (
        <Button size="small" busy={end.isPending} onClick={() => end.mutate()}>
          End<span className="visually-hidden"> the session on {device}</span>
        </Button>
      )}
    </li>
  );
}
