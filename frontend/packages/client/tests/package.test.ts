/** The generated files are current, the package is small, the README's examples are compiled. */

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

const PACKAGE = path.join(import.meta.dirname, "..");
const GENERATOR = path.join(PACKAGE, "../../tools/generate-client.mjs");
const LARGEST_BYTES = { index: 12_000, tradingview: 18_000 };

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

test("the generated files are those of the served documents (else: make specs)", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "generated-"));
  try {
    await promisify(execFile)(process.execPath, [GENERATOR, "--out", folder]);
    const [made, committed] = [
      await filesIn(folder),
      await filesIn(path.join(PACKAGE, "src/generated")),
    ];
    expect(committed).toEqual(made);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

/** What each entry brings, the chunks that it shares with the other included. */
async function builtBytes(): Promise<Record<string, number>> {
  const outputs = await build({ root: PACKAGE, logLevel: "error", build: { write: false } });
  const chunks = [outputs].flat().flatMap((output) => ("output" in output ? output.output : []));
  const code = chunks.flatMap((chunk) => (chunk.type === "chunk" ? [chunk] : []));
  const bytesOf = (name: string): number => {
    const found = code.find(({ fileName }) => fileName === name);
    if (found === undefined) throw new Error(`${name} is not in the package`);
    const own = gzipSync(found.code, { level: 9 }).length;
    return found.imports.reduce((sum, other) => sum + bytesOf(other), own);
  };
  const entries = code.filter(({ isEntry }) => isEntry);
  return Object.fromEntries(entries.map(({ name, fileName }) => [name, bytesOf(fileName)]));
}

test("the built JavaScript is small, openapi-fetch included (gzip -9)", async () => {
  const bytes = await builtBytes();
  expect(Object.keys(bytes).sort()).toEqual(Object.keys(LARGEST_BYTES).sort());
  for (const [entry, largest] of Object.entries(LARGEST_BYTES)) {
    expect(bytes[entry], entry).toBeLessThanOrEqual(largest);
  }
}, 60_000);

test("the README's examples stand in the files that the compiler checks", async () => {
  const readme = await readFile(path.join(PACKAGE, "README.md"), "utf8");
  const examples = Object.values(await filesIn(path.join(PACKAGE, "examples"))).join("\n");
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block ?? "");
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) expect(examples).toContain(block);
});
