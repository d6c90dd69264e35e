/** What the columns of a blotter table say of a row. */

import type { Phrase } from "../../lib/i18n";

export interface Column<T> {
  readonly label: Phrase;
  text(row: T): string;
  /** Class of the cell, `up` or `down` for instance. */
  tone?(row: T): string;
  readonly isNumber?: boolean;
  /** A sentence: cut off on a wide screen, told in full under the pointer. */
  readonly isReason?: boolean;
}
