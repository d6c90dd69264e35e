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
const LARGEST_BYTES = 12_000;

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

test(`the built JavaScript, openapi-fetch included, has at most ${LARGEST_BYTES} bytes (gzip -9)`, async () => {
  const outputs = await build({ root: PACKAGE, logLevel: "error", build: { write: false } });
  const chunks = [outputs].flat().flatMap((output) => ("output" in output ? output.output : []));
  const code = chunks.flatMap((chunk) => (chunk.type === "chunk" ? [chunk] : []));
  expect(code.flatMap(({ imports }) => imports)).toEqual([]);
  const bytes = code.reduce((sum, { code: text }) => sum + gzipSync(text, { level: 9 }).length, 0);
  expect(bytes).toBeLessThanOrEqual(LARGEST_BYTES);
}, 60_000);

test("the README's examples stand in the files that the compiler checks", async () => {
  const readme = await readFile(path.join(PACKAGE, "README.md"), "utf8");
  const examples = Object.values(await filesIn(path.join(PACKAGE, "examples"))).join("\n");
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block ?? "");
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) expect(examples).toContain(block);
});
