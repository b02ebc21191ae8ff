import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router-dom";
import { answer, api, keys, type StoredEvent } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Pagination } from "../../../components/Pagination";
import { Skeleton } from "../../../components/Skeleton";
import { withChoices } from "../../catalogue/filters";
import { Actor } from "../events/Actor";
import { Reference } from "../events/Reference";
import { eventWords, lookOf } from "../events/words";
import { Ago, Exactly } from "../When";
import { AuditFilter } from "./AuditFilter";
import { readAuditFilters } from "./filters";
import "../events/events.css";

const PAGE = 50;

export function AuditPage() {
  const [search] = useSearchParams();
  const filters = readAuditFilters(search);
  const query = { ...filters, limit: PAGE };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: keys.audit(query),
    queryFn: () => answer(api.GET("/api/admin/audit", { params: { query } })),
    placeholderData: keepPreviousData,
  });
  return (
    <div className="stack-l">
      <title>Audit · Millrace</title>
      <div className="stack">
        <h1>Audit</h1>
        <p className="soft lead">Who did what and when: every event, the newest first.</p>
      </div>
      <AuditFilter key={search.toString()} filters={filters} />
      {isPending && <Skeleton lines={8} label="Loading the audit" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title="Nothing of the kind has happened">
          <Link className="button" to="/admin/audit">
            Show everything
          </Link>
        </Blank>
      )}
      <ol role="list" className="latest" aria-label="Events" aria-busy={isPlaceholderData}>
        {data?.items.map((event) => (
          <AuditRow key={`${event.kind}:${event.id}:${event.version}`} event={event} />
        ))}
      </ol>
      <Pagination next={data?.next_cursor} label="Pages of the audit" />
    </div>
  );
}

function AuditRow({ event: { kind, id, version, type, actor, at } }: { event: StoredEvent }) {
  const [search] = useSearchParams();
  return (
    <li className={`latest-row look-${lookOf(type)}`}>
      <span>
        <strong>{eventWords(type)}</strong> <Reference to={{ kind, id }} version={version} />
      </span>
      <span className="small soft">
        <Actor actor={actor} /> ·{" "}
        <Link to={{ search: withChoices(search, { actor }) }}>
          all of theirs<span className="visually-hidden">, {actor}</span>
        </Link>
      </span>
      <span className="small soft latest-time">
        <Exactly at={at} /> (<Ago at={at} />)
      </span>
    </li>
  );
}
