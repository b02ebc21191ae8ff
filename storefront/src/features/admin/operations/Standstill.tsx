import type { Consumer } from "../../../api";
import { Notice } from "../../../components/Notice";
import { Actor } from "../events/Actor";
import { Ago } from "../When";

/** Why a consumer stands still, where it does. */
export function Standstill({ consumer: { paused, faults } }: { consumer: Consumer }) {
  return (
    <>
      {paused && (
        <Notice look="warn">
          <p>
            Paused <Ago at={paused.at} /> by <Actor actor={paused.by} />: {paused.reason}
          </p>
        </Notice>
      )}
      {faults.map(({ owner, fault, since }) => (
        <Notice key={owner} look="bad">
          <p className="fault">{fault}</p>
          <p className="small">
            since <Ago at={since} />, <span className="id">{owner}</span>
          </p>
        </Notice>
      ))}
    </>
  );
}
