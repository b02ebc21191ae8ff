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

const EXACT: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  timeZoneName: "short",
};

/** To the millisecond, as the log has it. */
export function formatExactly(instant: string): string {
  return formatTime(instant, EXACT);
}

const UNITS: [unit: Intl.RelativeTimeFormatUnit, milliseconds: number][] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** How long ago, or how far ahead, in the largest unit that fits: `3 hours ago`. */
export function relative(instant: string, now: number, locale?: string): string {
  const ahead = new Date(instant).getTime() - now;
  const [unit, length] = UNITS.find(([, milliseconds]) => Math.abs(ahead) >= milliseconds) ?? [
    "second",
    1000,
  ];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(ahead / length), unit);
}

/** The time between two moments, in the largest unit that fits: `21 ms`, `4 s`, `3 d`. */
export function timeBetween(from: string, to: string): string {
  const milliseconds = Math.max(0, new Date(to).getTime() - new Date(from).getTime());
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${Math.floor(milliseconds / 1000)} s`;
  if (milliseconds < 3_600_000) return `${Math.floor(milliseconds / 60_000)} min`;
  if (milliseconds < 86_400_000) return `${Math.floor(milliseconds / 3_600_000)} h`;
  return `${Math.floor(milliseconds / 86_400_000)} d`;
}
