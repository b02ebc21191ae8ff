import { useQuery } from "@tanstack/react-query";
import { keys } from "../../api";
import { useNow } from "../../lib/useNow";

interface TypingNow {
  by: string;
  at: number;
}

const SHOWN_MILLISECONDS = 6000;

/** Who is writing at this moment, as told live. */
export function Typing({ orderId }: { orderId: string }) {
  const { data } = useQuery<TypingNow | null>({
    queryKey: keys.typing(orderId),
    queryFn: () => null,
    enabled: false,
    initialData: null,
  });
  const now = useNow(data !== null);
  const fresh = data !== null && now - data.at < SHOWN_MILLISECONDS;
  return (
    <p className="typing small soft" aria-live="off">
      {fresh && `${data.by || "Somebody"} is writing…`}
    </p>
  );
}
