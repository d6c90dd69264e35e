/** The Chromium of this machine; none is downloaded. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Path of a Chromium: `CHROMIUM`, or the first that is found in `PATH`; null when there is none. */
export function findChromium(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env["CHROMIUM"] ?? "", ...paths].find(isExecutable) ?? null;
}

export const NO_CHROMIUM =
  "skipped: there is no Chromium here (`make setup-browser` installs it, or set CHROMIUM to its path)";

/** It may speak to the tested server only, and needs neither a GPU nor a sandbox of its own. */
export const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== "";
  } catch {
    return false;
  }
}
