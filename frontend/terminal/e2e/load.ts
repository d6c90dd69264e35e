/** Measures the page while 200 symbols change ten times a second: frames, memory, first paint. */

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { CDPSession } from "@playwright/test";
import { TestServer, TOKEN } from "../../tools/test-server";
import { findChromium, NO_CHROMIUM } from "./chromium";
import { expect, type Page, test } from "./fixtures";

const SYMBOLS = 200;
const RATE = 10;
const MINUTES = Number(process.env["MINUTES"] ?? 10);
const MINUTE_MS = 60_000;
const COUNTED_MS = 3_000;
const SETTLE_MS = 5_000;

const FLOORS = {
  "updates per second": { least: 0.95 * SYMBOLS * RATE },
  "frames per second": { least: 50 },
  "heap, last minute by first": { most: 1.1 },
  "first paint, ms": { most: 1_000 },
  "JavaScript, kB gzip": { most: 180 },
} as const;
type Figure = keyof typeof FLOORS;

/** The name of the source that `bench/servers/throng.py` offers; the server finds it there. */
const BUSY = {
  PYTHONPATH: join(import.meta.dirname, "../../../bench/servers"),
  TRADING_API_MODULES: JSON.stringify({
    datafeed: {
      sources: ["throng"],
      source_options: { throng: { symbols: SYMBOLS, rate: RATE } },
    },
  }),
};

test.skip(findChromium() === null, NO_CHROMIUM);

test("the page under load", async ({ page }) => {
  const server = await TestServer.start(BUSY);
  try {
    const link = await page.context().newCDPSession(page);
    await page.request.post(`${server.origin}/api/v1/session`, { data: { token: TOKEN } });
    const { kilobytes, paintedMs, shownMs } = await firstPaint(page, server);
    report("JavaScript, kB gzip", kilobytes);
    report("first paint, ms", paintedMs);
    say(`the chart and all ${SYMBOLS} symbols after ${Math.round(shownMs)} ms`);
    report("updates per second", await countUpdates(page, link));
    await page.waitForTimeout(SETTLE_MS);
    const minutes = await watchMinutes(page, link);
    const frames = minutes.map((minute) => minute.frames);
    report("frames per second", Math.min(...frames));
    const [first, last] = [minutes[0]?.heap ?? 0, minutes.at(-1)?.heap ?? 0];
    report("heap, last minute by first", last / first);
  } finally {
    await server.remove();
  }
});

/** Load the page of someone who is logged in. */
async function firstPaint(
  page: Page,
  server: TestServer,
): Promise<{ kilobytes: number; paintedMs: number; shownMs: number }> {
  const scripts: Promise<Buffer>[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) scripts.push(response.body());
  });
  await page.addInitScript(() => localStorage.setItem("trading-api:symbol", "COIN000"));
  await page.goto(server.origin);
  await expect(page.locator(".row .last").nth(SYMBOLS - 1)).toHaveText(/\d/);
  await expect(page.locator(".legend")).toContainText("O");
  const { paintedMs, shownMs } = await page.evaluate(() => ({
    paintedMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    shownMs: performance.now(),
  }));
  const bodies = await Promise.all(scripts);
  const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  return { kilobytes: bytes / 1000, paintedMs, shownMs };
}

/** How many quotes the socket brings; counted apart, since counting slows the page down. */
async function countUpdates(page: Page, link: CDPSession): Promise<number> {
  let updates = 0;
  link.on("Network.webSocketFrameReceived", ({ response }) => {
    updates += response.payloadData.match(/"quotes:/g)?.length ?? 0;
  });
  await link.send("Network.enable");
  await page.waitForTimeout(COUNTED_MS);
  await link.send("Network.disable");
  return (1000 * updates) / COUNTED_MS;
}

interface Minute {
  readonly frames: number;
  /** Bytes in use after a collection. */
  readonly heap: number;
}

async function watchMinutes(page: Page, link: CDPSession): Promise<Minute[]> {
  await link.send("Performance.enable");
  const minutes: Minute[] = [];
  for (let minute = 1; minute <= MINUTES; minute++) {
    const busy = await mainThread(link);
    const { average, worst, late } = await countFrames(page, MINUTE_MS);
    const busyNow = await mainThread(link);
    await link.send("HeapProfiler.collectGarbage");
    const { metrics } = await link.send("Performance.getMetrics");
    const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
    const heap = metric("JSHeapUsedSize");
    minutes.push({ frames: average, heap });
    say(
      `minute ${minute}: ${average.toFixed(1)} frames/s (worst second ${worst}, ${late} frames ` +
        `later than 50 ms), ${tellShares(busy, busyNow)}, heap ${(heap / 1e6).toFixed(1)} MB, ${metric("Nodes")} nodes`,
    );
  }
  return minutes;
}

type Busy = Readonly<Record<"task" | "script" | "style" | "layout" | "clock", number>>;

/** Seconds that the page's main thread has been at work, and at what. */
async function mainThread(link: CDPSession): Promise<Busy> {
  const { metrics } = await link.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return {
    task: of("TaskDuration"),
    script: of("ScriptDuration"),
    style: of("RecalcStyleDuration"),
    layout: of("LayoutDuration"),
    clock: of("Timestamp"),
  };
}

/** How much of the time between the two the main thread was at work. */
function tellShares(began: Busy, ended: Busy): string {
  const share = (name: keyof Busy): string =>
    `${((100 * (ended[name] - began[name])) / (ended.clock - began.clock)).toFixed(0)} %`;
  return `main thread ${share("task")} busy (script ${share("script")}, style ${share("style")}, layout ${share("layout")})`;
}

/** Frames that the page paints, by the callbacks that ask for each. */
function countFrames(
  page: Page,
  lengthMs: number,
): Promise<{ average: number; worst: number; late: number }> {
  return page.evaluate(
    (length) =>
      new Promise((resolve) => {
        const seconds = new Array<number>(Math.ceil(length / 1000) + 60).fill(0);
        let [began, before, frames, late] = [0, 0, 0, 0];
        const paint = (now: number): void => {
          if (began === 0) began = before = now;
          else {
            frames++;
            const second = Math.floor((now - began) / 1000);
            seconds[second] = (seconds[second] ?? 0) + 1;
            if (now - before > 50) late++;
            before = now;
          }
          if (now - began < length) requestAnimationFrame(paint);
          else {
            const whole = seconds.slice(0, Math.floor(length / 1000));
            resolve({
              average: (1000 * frames) / (now - began),
              worst: Math.min(...whole),
              late,
            });
          }
        };
        requestAnimationFrame(paint);
      }),
    lengthMs,
  );
}

function report(figure: Figure, value: number): void {
  const floor = FLOORS[figure];
  const isReached = "least" in floor ? value >= floor.least : value <= floor.most;
  const bound = "least" in floor ? `at least ${floor.least}` : `at most ${floor.most}`;
  const shown = value < 10 ? value.toFixed(3) : value.toFixed(1);
  say(`${figure}: ${shown} (${bound}: ${isReached ? "reached" : "MISS"})`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
