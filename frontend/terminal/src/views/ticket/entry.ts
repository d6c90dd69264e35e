/** The order that the parts of the ticket fill in. */

import type { InjectionKey } from "vue";
import type { OrderEntry } from "../../state/order-entry";

export const entryKey: InjectionKey<OrderEntry> = Symbol("order entry");
