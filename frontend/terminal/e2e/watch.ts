/** Listens to what a page complains about and whom it speaks to. */

import type { Page } from "@playwright/test";

export interface Watched {
  /** Errors in the console and exceptions, but for those that were excused. */
  readonly complaints: string[];
  /** Requests to another origin. */
  readonly foreign: string[];
  /** From now on, do not count errors of this kind; `null` counts all again. */
  excuse(kind: RegExp | null): void;
}

/** The browser itself says these of a server that is away. */
export const OUTAGE = /net::ERR_|WebSocket connection to .* failed/;

export function watch(page: Page, origin: string): Watched {
  const complaints: string[] = [];
  const foreign: string[] = [];
  let excused: RegExp | null = null;
  const hear = (text: string): void => {
    if (excused === null || !excused.test(text)) complaints.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") hear(message.text());
  });
  page.on("pageerror", (error) => hear(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) foreign.push(url);
  });
  page.on("websocket", (socket) => {
    const own = origin.replace("http", "ws");
    if (!socket.url().startsWith(`${own}/`)) foreign.push(socket.url());
  });
  return { complaints, foreign, excuse: (kind) => (excused = kind) };
}
