import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, keys, wordsFor, type Webhook, type WebhookDelivery } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Notice } from "../../../components/Notice";
import { Table, type Column } from "../../../components/Table";
import { Time } from "../../../components/Time";
import { toast } from "../../../components/toast";
import { outcomeOf } from "./words";

const COLUMNS: Column<WebhookDelivery>[] = [
  { name: "When", cell: ({ created_at }) => <Time at={created_at} /> },
  { name: "Event", cell: ({ type }) => <code>{type}</code> },
  { name: "Outcome", cell: outcomeOf },
  { name: "Attempts", cell: ({ attempts }) => attempts, end: true },
  {
    name: "Next attempt",
    cell: ({ next_attempt_at }) => (next_attempt_at ? <Time at={next_attempt_at} /> : "–"),
  },
];

const DISABLED_BECAUSE: Record<string, string> = {
  failing: "It took nothing for long.",
  gone: "It said that it is gone.",
};

/** A place that is told of what happens, with what it was told last. */
export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const [removing, setRemoving] = useState(false);
  const { url, events, status, created_at, deliveries, disabled_because } = webhook;
  return (
    <li className="card stack wide-table">
      <div className="spread">
        <h2 className="webhook-url">{url}</h2>
        <span className={status === "active" ? "badge badge-good" : "badge badge-bad"}>
          {status === "active" ? "Active" : "Disabled"}
        </span>
      </div>
      <p className="small soft">
        Since <Time at={created_at} />, told of {events.join(", ")}
      </p>
      {status !== "active" && (
        <Notice look="bad">
          <p>
            {disabled_because && DISABLED_BECAUSE[disabled_because]} Nothing is sent any more. Once it is
            mended, remove it and subscribe again.
          </p>
        </Notice>
      )}
      {deliveries.length === 0 ? (
        <p className="soft">Nothing was sent yet.</p>
      ) : (
        <Table
          caption={`Last messages to ${url}`}
          columns={COLUMNS}
          rows={deliveries}
          keyOf={({ id }) => id}
        />
      )}
      <div>
        <Button size="small" look="danger" aria-label={`Remove ${url}`} onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </div>
      {removing && <RemoveDialog webhook={webhook} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function RemoveDialog({ webhook: { id, url }, onClose }: { webhook: Webhook; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => answer(api.DELETE("/api/webhooks/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      toast("It is told no more.");
      await client.invalidateQueries({ queryKey: keys.webhooks });
      onClose();
    },
    onError: (error) => toast(wordsFor(error)),
  });
  return (
    <Dialog title="Remove this webhook?" onClose={onClose}>
      <p>
        Nothing more is sent to <span className="webhook-url">{url}</span>, not even what was waiting.
      </p>
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
