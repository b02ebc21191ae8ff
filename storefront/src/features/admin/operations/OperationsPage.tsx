import { Failure } from "../../../components/Blank";
import { Skeleton } from "../../../components/Skeleton";
import { Ago } from "../When";
import { ConsumerRow } from "./ConsumerRow";
import { DeadLetters } from "./DeadLetters";
import { useConsumers } from "./queries";
import { Verdict } from "./Verdict";
import "./operations.css";

export function OperationsPage() {
  const { data, error, isPending, refetch } = useConsumers();
  const furthest = Math.max(1, ...(data?.items.map(({ lag_events }) => lag_events) ?? []));
  return (
    <div className="stack-l">
      <title>Operations · Millrace</title>
      <h1>Operations</h1>
      {isPending && <Skeleton lines={8} label="Loading the consumers" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Verdict consumers={data} outdated={error !== null} />
          <section className="stack" aria-labelledby="consumers">
            <div className="spread">
              <h2 id="consumers">Consumers</h2>
              {data.measured_at && (
                <p className="small soft">
                  The log was looked at <Ago at={data.measured_at} />
                </p>
              )}
            </div>
            <ul role="list" className="consumers">
              {data.items.map((consumer) => (
                <ConsumerRow
                  key={consumer.consumer}
                  consumer={consumer}
                  all={data.items}
                  furthest={furthest}
                />
              ))}
            </ul>
          </section>
          <DeadLetters consumers={data.items} />
        </>
      )}
    </div>
  );
}
