/** The executions of an account, newest first, each once. */

import type { Execution } from "@trading-api/client";

export type Executions = readonly Execution[];

/** Take in executions, from wherever and in any order. */
export function withExecutions(executions: Executions, heard: readonly Execution[]): Executions {
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  for (const execution of heard) byId.set(execution.id, execution);
  if (byId.size === executions.length) return executions;
  return [...byId.values()].sort((a, b) => b.time - a.time || sequence(b.id) - sequence(a.id));
}

/** Ids end in a counter of the account: it decides between what happened in one millisecond. */
function sequence(id: string): number {
  return Number(/\d+$/.exec(id)?.[0] ?? 0);
}
