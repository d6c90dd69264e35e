import { expect, test } from "vitest";
import { toCsv } from "../../src/lib/csv";
import { executionsTable, ordersTable } from "../../src/state/exports";
import { anExecution, anOrder } from "../samples";

test("commas, quotes and line ends are kept in their cell; no cell is a formula", () => {
  expect(toCsv([["a,b", 'c"d', "e\nf", "=1+1", "-2.5"]])).toBe(
    '"a,b","c""d","e\nf",\'=1+1,-2.5\r\n',
  );
});

test("a download has full numbers, UTC times and the reason of a refusal", () => {
  const reason = { code: "insufficient_margin", message: "needs 5, has 1" };
  const [names, row] = ordersTable([anOrder({ quantity: "0.00000001", status_reason: reason })]);
  const cell = (name: string): string | undefined => row?.[names?.indexOf(name) ?? -1];
  expect(cell("quantity")).toBe("0.00000001");
  expect(cell("created_at")).toBe("1970-01-01T00:00:01.000Z");
  expect(cell("status_reason")).toContain("needs 5, has 1");
  expect(cell("stop_price")).toBe("");
  expect(executionsTable([anExecution(1)])[1]?.at(-1)).toContain('"rule":"market"');
});
