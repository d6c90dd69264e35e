import { findChromium, NO_CHROMIUM } from "./chromium";
import { hasOpenMarket, NO_MARKET } from "../../tools/test-server";

/** Say why tests will be skipped: the list of them does not. */
export default function sayWhatIsMissing(): void {
  if (findChromium() === null) process.stderr.write(`${NO_CHROMIUM}\n`);
  if (!hasOpenMarket) process.stderr.write(`${NO_MARKET}\n`);
}
