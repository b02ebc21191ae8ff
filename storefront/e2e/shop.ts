import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const MILLRACE = process.env.MILLRACE ?? join(REPOSITORY, "target/debug/millrace");

/** A running `millrace up --demo` with a folder and ports of its own, and the storefront as it was built. */
export class Shop {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly process: ChildProcess,
  ) {}

  static async open(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), "millrace-storefront-"));
    const [port, operations] = await Promise.all([freePort(), freePort()]);
    const environment = {
      ...process.env,
      // Its stores are its own, whatever the shell knows of others.
      REDIS_URL: undefined,
      DATABASE_URL: undefined,
      MILLRACE_DATA_DIR: join(folder, "data"),
      MILLRACE_STOREFRONT: join(REPOSITORY, "storefront/dist"),
      MILLRACE_RATE_LIMITS: "off",
      MILLRACE_LOG: "error",
      // What fails by itself is a dead letter within moments.
      MILLRACE_RETRY_AFTER: "1ms",
      MILLRACE_TICK: "100ms",
    };
    const up = ["up", "--demo", "--port", String(port), "--ops-port", String(operations)];
    const shop = spawn(MILLRACE, up, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
    await ready(shop);
    return new Shop(`http://127.0.0.1:${port}`, folder, environment, shop);
  }

  /** Runs a `millrace` command about this shop, and answers what it printed. */
  async millrace(...command: string[]): Promise<string> {
    return (await run(MILLRACE, command, { env: this.environment })).stdout;
  }

  /** Asks its Postgres, as an operator would. */
  async sql(statement: string): Promise<void> {
    const printed = await this.millrace("env");
    const url = /DATABASE_URL='?([^'\n]+)'?/.exec(printed)?.[1];
    if (url === undefined) throw new Error(`no Postgres in: ${printed}`);
    await run("psql", ["--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement, url]);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    if (this.process.exitCode === null && this.process.kill("SIGINT")) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until it says that it is ready. */
async function ready(shop: ChildProcess): Promise<void> {
  if (shop.stdout === null) throw new Error("the shop prints nowhere");
  const lines = createInterface(shop.stdout);
  const printed: string[] = [];
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      printed.push(line);
      if (line.startsWith("ready")) resolve();
    });
    shop.once("error", reject);
    shop.once("exit", (code) => reject(new Error(`the shop ended with ${code}: ${printed.join("\n")}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
