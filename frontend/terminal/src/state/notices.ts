/** Short messages that appear and go. */

import { type ShallowRef, shallowRef } from "vue";

export type NoticeKind = "fill" | "alert" | "info" | "error";

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly text: string;
}

export interface Notices {
  readonly list: ShallowRef<readonly Notice[]>;
  tell(kind: NoticeKind, text: string): void;
  dismiss(id: number): void;
}

const MOST = 4;
const SHOWN_MS: Readonly<Record<NoticeKind, number>> = {
  fill: 6_000,
  alert: 30_000,
  info: 6_000,
  error: 12_000,
};

/** @param heard is told of each message. */
export function createNotices(
  heard: (kind: NoticeKind, text: string) => void = () => undefined,
): Notices {
  const list = shallowRef<readonly Notice[]>([]);
  let count = 0;
  const dismiss = (id: number): void => {
    list.value = list.value.filter((notice) => notice.id !== id);
  };
  return {
    list,
    dismiss,
    tell(kind, text) {
      const id = ++count;
      list.value = [...list.value.slice(1 - MOST), { id, kind, text }];
      heard(kind, text);
      setTimeout(() => dismiss(id), SHOWN_MS[kind]);
    },
  };
}
