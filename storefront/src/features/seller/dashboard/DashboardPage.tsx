import { Link, useSearchParams } from "react-router-dom";
import { Failure } from "../../../components/Blank";
import { Skeleton } from "../../../components/Skeleton";
import { useSummary } from "../queries";
import { LowStock } from "./LowStock";
import { RevenueCard } from "./RevenueCard";
import { ToShip } from "./ToShip";

const SPANS = [7, 30, 90];
const USUAL_SPAN = 30;

export function DashboardPage() {
  const [search] = useSearchParams();
  const chosen = Number(search.get("days"));
  const days = SPANS.includes(chosen) ? chosen : USUAL_SPAN;
  const { data, error, isPending, isPlaceholderData, refetch } = useSummary(days);
  return (
    <div className="stack-l">
      <title>Your shop · Millrace</title>
      <div className="spread">
        <h1>Overview</h1>
        <nav aria-label="How many days">
          <ul role="list" className="choices-row">
            {SPANS.map((span) => (
              <li key={span}>
                <Link
                  to={`?days=${span}`}
                  className="choice-link"
                  aria-current={span === days ? "true" : undefined}
                >
                  {span} days
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      {isPending && <Skeleton lines={8} label="Loading the overview" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <div aria-busy={isPlaceholderData}>
            <RevenueCard revenue={data.revenue} days={days} />
          </div>
          <div className="seller-halves">
            <ToShip count={data.to_ship} />
            <LowStock low={data.low_stock} />
          </div>
        </>
      )}
    </div>
  );
}
