import { expect, test } from "vitest";
import { chordOf, isSingle, printed } from "../../src/lib/keys";

const NONE = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test.each([
  [{ key: "b" }, "b"],
  [{ key: "B" }, "b"], // caps lock
  [{ key: "C", shiftKey: true }, "Shift+c"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "/" }, "/"],
  [{ key: "k", ctrlKey: true }, "Mod+k"],
  [{ key: "k", metaKey: true }, "Mod+k"],
  [{ key: "ArrowUp", altKey: true }, "Alt+ArrowUp"],
  [{ key: "F6", shiftKey: true }, "Shift+F6"],
  [{ key: "+" }, "+"],
  [{ key: "[", ctrlKey: true, altKey: true }, "["], // AltGr
  [{ key: "[", altKey: true }, "["], // Option, on a German keyboard of Apple's
])("%j is written %s", (event, chord) => {
  expect(chordOf({ ...NONE, ...event })).toBe(chord);
});

test("single keys are those that dictation may press", () => {
  expect(["b", "?", "Shift+c"].map(isSingle)).toEqual([true, true, true]);
  expect(["Mod+k", "Escape", "Alt+ArrowUp"].map(isSingle)).toEqual([false, false, false]);
});

test("keys are printed as on the keyboard", () => {
  expect(printed("Mod+k", false)).toEqual(["Ctrl", "K"]);
  expect(printed("Mod+k", true)).toEqual(["⌘", "K"]);
  expect(printed("Shift+ArrowUp", false)).toEqual(["Shift", "↑"]);
  expect(printed("Mod++", false)).toEqual(["Ctrl", "+"]);
});
