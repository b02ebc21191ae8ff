import { Problem } from "./problem";
import { endSession, renewSession } from "./session";
import { wait } from "./waiting";

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 10;
// Where the shop heeds no `Idempotency-Key`: what answers secrets, and what nobody misses.
const WITHOUT_NAMES = /^\/api\/auth\/|^\/api\/webhooks$|\/typing$/;

/** Sends a request of the client: with the headers that commands need, a session that is renewed, and patience. */
export async function send(request: Request): Promise<Response> {
  const sent = Date.now();
  const marked = mark(request);
  const response = await deliver(marked);
  if (!(await sessionIsMissing(marked, response))) return response;
  if (!(await renewSession(sent))) return response;
  const again = await deliver(marked);
  if (again.status === 401) endSession("over");
  return again;
}

function mark(request: Request): Request {
  if (request.method === "GET") return request;
  const headers = new Headers(request.headers);
  headers.set("X-Requested-With", "storefront");
  if (namesAttempts(request) && !headers.has("Idempotency-Key")) {
    headers.set("Idempotency-Key", crypto.randomUUID());
  }
  return new Request(request, { headers });
}

function namesAttempts({ method, url }: Request): boolean {
  const { pathname } = new URL(url);
  return method === "POST" && !WITHOUT_NAMES.test(pathname);
}

/** Repeats what has no answer where the shop promises to do it once. Queries are repeated by who shows them. */
async function deliver(request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(request.clone()).catch((error: unknown) => {
      if (request.signal.aborted) throw error;
      return null;
    });
    const unanswered = response === null || (await isUnsettled(response));
    if (response !== null && (!unanswered || !mayRepeat(request) || attempt === TRIES)) return response;
    if (response === null && (!mayRepeat(request) || attempt === TRIES)) throw Problem.unreachable();
    await wait(pauseMilliseconds(response, attempt));
  }
}

function mayRepeat({ method, headers }: Request): boolean {
  return (
    headers.has("Idempotency-Key") || ((method === "PUT" || method === "DELETE") && !headers.has("If-Match"))
  );
}

function pauseMilliseconds(response: Response | null, attempt: number): number {
  const asked = Number(response?.headers.get("Retry-After") ?? NaN);
  const seconds = Number.isFinite(asked) && asked > 0 ? asked : 2 ** (attempt - 1);
  return Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000 * (1 + Math.random() / 4);
}

/** Whether nobody can tell yet what became of the command. */
async function isUnsettled(response: Response): Promise<boolean> {
  if ([502, 503, 504].includes(response.status)) return true;
  return response.status === 409 && (await codeOf(response)) === "in_flight";
}

async function sessionIsMissing({ url }: Request, response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const { pathname } = new URL(url);
  if (pathname === "/api/auth/login" || pathname === "/api/auth/demo-login") return false;
  return (await codeOf(response)) === "unauthenticated";
}

async function codeOf(response: Response): Promise<string> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return Problem.of(response, body).code;
}
