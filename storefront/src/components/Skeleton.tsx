/** Lines that stand for what is being loaded. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div className="stack" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <div
          key={line}
          className="skeleton"
          aria-hidden="true"
          style={{ width: `${95 - (line % 3) * 18}%` }}
        />
      ))}
    </div>
  );
}
