import { expect, test, vi } from "vitest";
import { createCommands } from "../../src/state/commands";

test("commands are listed by group, and run by their key while they are offered", () => {
  const commands = createCommands();
  const run = vi.fn();
  const withdraw = commands.offer([
    { id: "halt", group: "Blotter", name: "Halt trading", run },
    { id: "save", group: "Blotter", name: "Download as CSV", keys: ["x", "y"], run },
  ]);
  commands.offer([{ id: "about", group: "Everywhere", name: "About", keys: ["z"], run }]);
  expect(commands.list.value.map(({ id }) => id)).toEqual(["about", "halt", "save"]);
  expect(commands.press("y")).toBe(true);
  expect(run).toHaveBeenCalledOnce();
  withdraw();
  expect(commands.press("y")).toBe(false);
  expect(commands.list.value.map(({ id }) => id)).toEqual(["about"]);
});
