import { useEffect, useRef } from "react";
import { useParams, useSearchParams } from "react-router-dom";
import { isProblem } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Button } from "../../../components/Button";
import { Skeleton } from "../../../components/Skeleton";
import { Finder } from "./Finder";
import { HistoryHead, HistoryTitle } from "./HistoryHead";
import { MomentCard } from "./MomentCard";
import { eventsOf, useHistory } from "./queries";
import type { Aggregate } from "./references";
import { StandingPanel } from "./StandingPanel";
import { momentsOf } from "./standing";
import { momentId, useSteps } from "./useSteps";
import "./events.css";

export function HistoryPage() {
  const { kind = "", id = "" } = useParams();
  const history = useHistory({ kind, id });
  const { data, error, isPending, refetch } = history;
  const unknown = isProblem(error) && (error.status === 404 || error.status === 422);
  return (
    <div className="stack-l">
      <title>{`History of ${kind} ${id.slice(-8)} · Millrace`}</title>
      {isPending && <Skeleton lines={8} label="Loading the history" />}
      {unknown && (
        <>
          <HistoryTitle of={{ kind, id }} />
          <Blank title="Nothing has happened to this">
            <p>
              The archive has no {kind} with this id. What happened a moment ago may take a second to get
              there.
            </p>
          </Blank>
          <Finder kind={kind} id={id} />
        </>
      )}
      {error && !data && !unknown && <Failure error={error} retry={() => void refetch()} />}
      {data && <History key={`${kind}:${id}`} of={{ kind, id }} history={history} />}
    </div>
  );
}

interface HistoryProps {
  of: Aggregate;
  history: ReturnType<typeof useHistory>;
}

function History({ of, history }: HistoryProps) {
  const { data, hasNextPage, isFetching, isFetchingNextPage, fetchNextPage } = history;
  const [search] = useSearchParams();
  const moments = momentsOf(eventsOf(data?.pages));
  const last = moments.at(-1)?.event.version ?? 0;
  const wanted = Number(search.get("version") ?? NaN);
  const shown = wanted >= 1 && wanted <= last ? wanted : last;
  const steps = useSteps(shown, last);

  const ahead = wanted > last && hasNextPage && !isFetching;
  useEffect(() => {
    if (ahead) void fetchNextPage();
  }, [ahead, fetchNextPage]);

  const arrived = useRef(false);
  useEffect(() => {
    if (arrived.current) return;
    arrived.current = Number.isNaN(wanted) || wanted === shown;
    if (wanted === shown) document.getElementById(momentId(shown))?.scrollIntoView({ block: "center" });
  }, [wanted, shown]);

  const moment = moments[shown - 1];
  if (!moment) return null;
  return (
    <>
      <HistoryHead of={of} moments={moments} whole={!hasNextPage} />
      <div className="history">
        <StandingPanel moment={moment} last={last} whole={!hasNextPage} steps={steps} />
        <div className="stack">
          <ol role="list" className="moments" aria-label="What happened, the first first">
            {moments.map((one, place) => (
              <MomentCard
                key={one.event.version}
                moment={one}
                before={moments[place - 1]?.event}
                shown={one.event.version === shown}
              />
            ))}
          </ol>
          {hasNextPage && (
            <div>
              <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Show later events
              </Button>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
