/** What the build gives: within its budget, and in need of nothing that the policy forbids. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

const BUDGET_BYTES = 180_000;
const outDir = mkdtempSync(join(tmpdir(), "terminal-"));
let page = "";

beforeAll(() => {
  const cwd = join(import.meta.dirname, "..");
  const command = ["exec", "--", "vite", "build", "--logLevel", "error", "--outDir", outDir];
  execFileSync("npm", command, { cwd, env: { ...process.env, NODE_ENV: "production" } });
  page = readFileSync(join(outDir, "index.html"), "utf8");
}, 60_000);

afterAll(() => rmSync(outDir, { recursive: true }));

function assets(ending: string): Buffer[] {
  return readdirSync(join(outDir, "assets"))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(outDir, "assets", name)));
}

test("all JavaScript fits into 180 kB", () => {
  const sizes = assets(".js").map((file) => gzipSync(file, { level: 9 }).length);
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.reduce((total, size) => total + size)).toBeLessThanOrEqual(BUDGET_BYTES);
});

test("every address in the page is absolute on the own server", () => {
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  expect(addresses.length).toBeGreaterThanOrEqual(3);
  for (const address of addresses) expect(address).toMatch(/^\/[^/]/);
});

test("files under /assets/ carry a hash", () => {
  for (const name of readdirSync(join(outDir, "assets"))) {
    expect(name).toMatch(/-[\w-]{8}\.(js|css)$/);
  }
});

test("nothing is inline and nothing is evaluated", () => {
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/);
  for (const script of assets(".js")) {
    expect(script.toString()).not.toMatch(/\beval\(|new Function\(|\bFunction\("/);
  }
});
