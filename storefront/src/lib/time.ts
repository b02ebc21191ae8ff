const DAY_AND_TIME: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };

export function formatTime(instant: string, options: Intl.DateTimeFormatOptions = DAY_AND_TIME): string {
  return new Intl.DateTimeFormat(undefined, options).format(new Date(instant));
}

/** How long until then, as `m:ss`; `0:00` once it is past. */
export function timeLeft(instant: string, now: number): string {
  const seconds = Math.max(0, Math.round((new Date(instant).getTime() - now) / 1000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
