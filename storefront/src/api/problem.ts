import type { components } from "./schema";

export type FieldError = components["schemas"]["FieldError"];
type Body = Partial<components["schemas"]["Problem"]> & Record<string, unknown>;

/** What the shop answered instead of what was asked for: an RFC 9457 problem, or no answer at all. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The stable name of the kind of problem, such as `price_changed`. */
    readonly code: string,
    /** The rest of the answer: `total`, `order_status` and whatever else belongs to the code. */
    readonly body: Body = {},
    /** How long to wait before the next try, in seconds. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(body.detail ?? body.title ?? code);
  }

  static unreachable(): Problem {
    return new Problem(0, "unreachable");
  }

  static of(response: Response, body: unknown): Problem {
    const known = typeof body === "object" && body !== null ? (body as Body) : {};
    const code = known.code ?? (response.status >= 500 ? "unavailable" : "unexpected");
    return new Problem(response.status, code, known, seconds(response.headers.get("Retry-After")));
  }

  /** What the page itself finds wrong with fields, told as the shop would. */
  static invalid(messages: Record<string, string>): Problem {
    const errors = Object.entries(messages).map(([field, message]) => ({
      pointer: `/${field}`,
      code: "invalid",
      message,
    }));
    return new Problem(422, "invalid", { errors });
  }

  get errors(): FieldError[] {
    return this.body.errors ?? [];
  }

  get requestId(): string | null {
    return this.body.request_id ?? null;
  }

  /** Whether the same call may well succeed in a moment. */
  get passing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

function seconds(header: string | null): number | null {
  const value = header === null ? NaN : Number(header);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
