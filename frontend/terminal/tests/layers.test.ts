/** What each layer may import, and what none may. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");
const LAYERS = ["lib", "state", "chart", "views"]; // each may import those before it

function sources(): { path: string; text: string }[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|vue)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(SOURCES, path), "utf8") }));
}

test("a layer imports only itself and those below it", () => {
  const wrong = sources().flatMap(({ path, text }) => {
    const level = LAYERS.indexOf(path.split("/")[0] ?? "");
    if (level < 0) return []; // main.ts and style sheets stand above all
    return [...text.matchAll(/from "(\.[^"]+)"/g)]
      .map(([, target = ""]) => relative(SOURCES, join(SOURCES, path, "..", target)))
      .filter((target) => LAYERS.indexOf(target.split("/")[0] ?? "") > level)
      .map((target) => `${path} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test("nothing speaks to the server but through the client package", () => {
  const raw = /\b(fetch|WebSocket|XMLHttpRequest|EventSource|sendBeacon)\s*\(/;
  const wrong = sources().filter(({ text }) => raw.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("what is sent never goes through a floating-point number", () => {
  const wrong = sources().filter(({ text }) => /parseFloat|Number\.parse/.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("no component sets markup from text", () => {
  const wrong = sources().filter(({ text }) => /v-html|innerHTML/.test(text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
