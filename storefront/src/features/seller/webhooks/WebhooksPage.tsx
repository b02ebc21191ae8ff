import { useSearchParams } from "react-router-dom";
import { Blank, Failure } from "../../../components/Blank";
import { Pagination } from "../../../components/Pagination";
import { Skeleton } from "../../../components/Skeleton";
import { useWebhooks } from "../queries";
import { useFocusKept } from "../useFocusKept";
import { Subscribe } from "./Subscribe";
import { WebhookCard } from "./WebhookCard";

export function WebhooksPage() {
  const [search] = useSearchParams();
  const { data, error, isPending, refetch } = useWebhooks({ cursor: search.get("cursor") ?? undefined });
  const place = useFocusKept<HTMLDivElement>(data?.items.map(({ id }) => id).join() ?? "");
  return (
    <div className="stack-l">
      <title>Webhooks · Your shop · Millrace</title>
      <div className="stack">
        <h1>Webhooks</h1>
        <p className="soft seller-text">
          Have your own programs told what happens in your shop: signed messages, sent until they are taken.{" "}
          <a href="/docs">How they are signed</a>
        </p>
      </div>
      <Subscribe />
      {isPending && <Skeleton lines={4} label="Loading your webhooks" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      <div ref={place} tabIndex={-1} className="focus-place">
        {data?.items.length === 0 && (
          <Blank title="Nobody is told yet">
            <p>Subscribe an address above, and its last messages show up here.</p>
          </Blank>
        )}
        {data && data.items.length > 0 && (
          <ul role="list" className="stack" aria-label="Webhooks">
            {data.items.map((webhook) => (
              <WebhookCard key={webhook.id} webhook={webhook} />
            ))}
          </ul>
        )}
      </div>
      <Pagination next={data?.next_cursor} label="Pages of webhooks" />
    </div>
  );
}
