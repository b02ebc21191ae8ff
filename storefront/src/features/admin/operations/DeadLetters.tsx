import { useNavigate, useSearchParams } from "react-router-dom";
import type { Consumer } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Select } from "../../../components/Field";
import { Pagination } from "../../../components/Pagination";
import { Skeleton } from "../../../components/Skeleton";
import { withChoices } from "../../catalogue/filters";
import { useFocusKept } from "../useFocusKept";
import { LetterCard } from "./LetterCard";
import { useDeadLetters } from "./queries";
import { useOutcomes } from "./useOutcomes";

/** Events that a consumer cannot deal with, which wait for a person. */
export function DeadLetters({ consumers }: { consumers: Consumer[] }) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const group = search.get("group") ?? undefined;
  const cursor = search.get("cursor") ?? undefined;
  const { data, error, isPending, refetch } = useDeadLetters({ group, cursor });
  const note = useOutcomes(data?.items);
  const place = useFocusKept<HTMLElement>(data);
  return (
    <section ref={place} tabIndex={-1} className="stack" aria-labelledby="dead-letters">
      <div className="spread">
        <h2 id="dead-letters">Dead letters</h2>
        <Select
          label="Of"
          value={group ?? ""}
          onChange={({ target }) =>
            navigate({ search: withChoices(search, { group: target.value }) }, { preventScrollReset: true })
          }
        >
          <option value="">all consumers</option>
          {consumers.map(({ consumer, dead }) => (
            <option key={consumer} value={consumer}>
              {consumer}
              {dead > 0 && ` (${dead})`}
            </option>
          ))}
        </Select>
      </div>
      {isPending && <Skeleton lines={3} />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title={group ? `${group} has no dead letters` : "No dead letters"}>
          <p>Every event could be dealt with, or is still being tried.</p>
        </Blank>
      )}
      <ul role="list" className="stack" aria-label="Dead letters">
        {data?.items.map((letter) => (
          <LetterCard key={`${letter.group} ${letter.id}`} letter={letter} onAsked={note} />
        ))}
      </ul>
      <Pagination next={data?.next_cursor} label="Pages of dead letters" />
    </section>
  );
}
