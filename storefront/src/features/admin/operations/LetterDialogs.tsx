import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, fieldErrors, keys, type DeadLetter } from "../../../api";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { TextArea } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { toast } from "../../../components/toast";

interface LetterDialogProps {
  letter: DeadLetter;
  onClose: () => void;
  onAsked: () => void;
}

export function RetryDialog({ letter: { group, id }, onClose, onAsked }: LetterDialogProps) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/admin/dead-letters/{group}/retry", { params: { path: { group } }, body: { id } }),
      ),
    onSuccess: () => {
      onClose();
      onAsked();
      toast(`${group} is asked to try it again.`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.deadLetters }),
  });
  return (
    <Dialog title="Try this event again?" onClose={onClose}>
      <p>
        Where its cause is mended, <strong>{group}</strong> deals with it and goes on with what waits behind
        it. Otherwise it is here again in a moment.
      </p>
      <Form label="Try it again" error={retry.error} onSubmit={() => retry.mutate()}>
        <div className="dialog-actions">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={retry.isPending}>
            Try it again
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

export function DiscardDialog({ letter: { group, id }, onClose, onAsked }: LetterDialogProps) {
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: (reason: string) =>
      answer(
        api.POST("/api/admin/dead-letters/{group}/discard", {
          params: { path: { group } },
          body: { id, reason },
        }),
      ),
    onSuccess: () => {
      onClose();
      onAsked();
      toast(`${group} is asked to pass over it.`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.deadLetters }),
  });
  return (
    <Dialog title="Discard this event?" onClose={onClose}>
      <p>
        <strong>{group}</strong> passes over it for good: no replay will take it in either. It stays in the
        history.
      </p>
      <Form
        label="Discard it"
        error={discard.error}
        fields={["reason"]}
        onSubmit={({ reason = "" }) => discard.mutate(reason.trim())}
      >
        <TextArea
          label="Why?"
          name="reason"
          rows={2}
          maxLength={500}
          required
          hint="It stays on record for ever: name nobody."
          error={fieldErrors(discard.error).reason}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" busy={discard.isPending}>
            Discard it
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
