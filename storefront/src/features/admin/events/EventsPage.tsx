import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router-dom";
import { answer, api, keys } from "../../../api";
import { Failure } from "../../../components/Blank";
import { Skeleton } from "../../../components/Skeleton";
import { Actor } from "./Actor";
import { Ago } from "../When";
import { Finder } from "./Finder";
import { Reference } from "./Reference";
import { eventWords, lookOf } from "./words";
import "./events.css";

const LATEST = { limit: 12 };
const NEWS_MILLISECONDS = 5000;

export function EventsPage() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.audit(LATEST),
    queryFn: () => answer(api.GET("/api/admin/audit", { params: { query: LATEST } })),
    refetchInterval: NEWS_MILLISECONDS,
  });
  return (
    <div className="stack-l">
      <title>Events · Millrace</title>
      <div className="stack">
        <h1>Events</h1>
        <p className="soft lead">
          Nothing in this shop is overwritten. Look up anything by its id, and see what has happened to it, as
          it happened.
        </p>
      </div>
      <Finder />
      <section className="stack" aria-labelledby="latest">
        <div className="spread">
          <h2 id="latest">The latest</h2>
          <Link to="/admin/audit">Everything that has happened</Link>
        </div>
        {isPending && <Skeleton lines={6} />}
        {error && !data && <Failure error={error} retry={() => void refetch()} />}
        <ol role="list" className="latest">
          {data?.items.map(({ kind, id, version, type, actor, at }) => (
            <li key={`${kind}:${id}:${version}`} className={`latest-row latest-short look-${lookOf(type)}`}>
              <span>
                <strong>{eventWords(type)}</strong> <Reference to={{ kind, id }} version={version} />
              </span>
              <span className="small soft">
                <Actor actor={actor} /> · <Ago at={at} />
              </span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
