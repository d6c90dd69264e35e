/** The real server, on a free port with a data directory of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const PYTHON = process.env["PYTHON"] ?? join(ROOT, ".venv/bin/python");
const PACKS = resolve(process.env["TRADING_API_DATA_DIR"] ?? join(ROOT, "var"), "packs");
/** A machine on which much else runs takes its time. */
const START_MS = 60_000;

export const TOKEN = "a-token-for-the-browser-tests-only";

/** Whether there are data of a market that is always open; without them nothing moves at night. */
export const hasOpenMarket = existsSync(join(PACKS, "ob_analytics"));

export const NO_MARKET = "skipped: the BTCUSD pack is not here (`make run` fetches it)";

type Environment = Readonly<Record<string, string>>;

/** A time to replay, in what form the command line takes it. */
export interface ReplayPlan {
  readonly start: string;
  readonly end: string;
  readonly speed: number;
  readonly symbols: string;
}

export class TestServer {
  readonly #dataDir: string;
  readonly #port: number;
  readonly #command: readonly string[];
  readonly #environment: Environment;
  #process: ChildProcess | null = null;
  /** The login link that the server printed when it started. */
  link = "";

  private constructor(
    port: number,
    dataDir: string,
    command: readonly string[],
    environment: Environment,
  ) {
    this.#port = port;
    this.#dataDir = dataDir;
    this.#command = command;
    this.#environment = environment;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A server of the usual settings, but for these variables of its environment. */
  static start(environment: Environment = {}): Promise<TestServer> {
    return TestServer.#started(() => ["serve"], environment);
  }

  /** A server that replays a time, and stands at its start. */
  static replay({ start, end, speed, symbols }: ReplayPlan): Promise<TestServer> {
    const options = ["--speed", String(speed), "--symbols", symbols, "--paused"];
    return TestServer.#started((dataDir) => {
      return ["replay", start, end, "--data-dir", join(dataDir, "replay"), ...options];
    });
  }

  static async #started(
    command: (dataDir: string) => string[],
    environment: Environment = {},
  ): Promise<TestServer> {
    const dataDir = mkdtempSync(join(tmpdir(), "trading-api-e2e-"));
    if (hasOpenMarket) symlinkSync(PACKS, join(dataDir, "packs"));
    const server = new TestServer(await freePort(), dataDir, command(dataDir), environment);
    await server.run();
    return server;
  }

  /** Start the process and wait until it has printed its login link. */
  async run(): Promise<void> {
    const options = [...this.#command, "--port", String(this.#port)];
    const child = spawn(PYTHON, ["-m", "trading_api", ...options], {
      env: {
        ...process.env,
        ...this.#environment,
        TRADING_API_DATA_DIR: this.#dataDir,
        TRADING_API_TOKEN: TOKEN,
        PYTHONUNBUFFERED: "1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.link = await printedLink(child);
  }

  /** End the process as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

function printedLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => reject(new Error(`${why}:\n${said}`));
    const timer = setTimeout(() => fail("the server did not start"), START_MS);
    child.once("exit", () => fail("the server ended"));
    child.once("error", (error) => fail(error.message));
    const hear = (data: Buffer): void => {
      said += data.toString();
      const link = /http:\S+\/login\?code=\S+(?=\s)/.exec(said)?.[0];
      if (link === undefined) return;
      clearTimeout(timer);
      resolve(link);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      probe.close(() => resolve(address.port));
    });
  });
}
