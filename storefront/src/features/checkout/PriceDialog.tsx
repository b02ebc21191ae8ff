import type { Money } from "../../api";
import { formatMoney } from "../../lib/money";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Price } from "../../components/Price";

interface PriceDialogProps {
  seen: Money | null | undefined;
  now: Money;
  onAccept: () => void;
  onDecline: () => void;
}

/** The order costs something else than its buyer was told: they decide. */
export function PriceDialog({ seen, now, onAccept, onDecline }: PriceDialogProps) {
  return (
    <Dialog title="The price has changed" onClose={onDecline}>
      <p>
        {seen && (
          <>
            You were shown <Price of={seen} />.{" "}
          </>
        )}
        Your order now costs{" "}
        <strong>
          <Price of={now} />
        </strong>
        . Nothing has been ordered yet.
      </p>
      <div className="dialog-actions">
        <Button onClick={onDecline}>Not at this price</Button>
        <Button look="primary" onClick={onAccept}>
          {`Order for ${formatMoney(now)}`}
        </Button>
      </div>
    </Dialog>
  );
}
