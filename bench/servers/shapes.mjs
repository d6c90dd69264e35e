// The same updates and turns as shapes.py, for the servers written in JavaScript.

export const shape = JSON.parse(process.argv[3]);
export const port = Number(process.argv[2]);
export const HIGH_WATER = 64 * 1024;

export function symbol(index) {
  return "S" + String(index).padStart(3, "0");
}

function message(topic, stamp, count, note) {
  const close = 101.25 + (count % 97) / 4;
  return JSON.stringify({
    type: "ticks.update",
    payload: { t: stamp, topic, time: 1700000000000, open: 101.25, high: close + 1, close, note },
  });
}

const spare = shape.update_bytes - message("ticks:S000", 1e13, 0, "").length;
const note = "x".repeat(Math.max(spare, 0));

/** Publish for ever: `publish(topic, text)`, then wait while `busy()`, as flow control. */
export function run(nowNs, publish, busy) {
  let count = 0;
  let due = 0;
  const turn = () => {
    if (busy()) return void setImmediate(turn);
    for (let i = 0; i < shape.per_turn; i++) {
      const topic = "ticks:" + symbol(count % shape.publishing);
      publish(topic, message(topic, nowNs(), count, note));
      count++;
    }
    if (!shape.pause_ms) return void setImmediate(turn);
    due = Math.max(due + shape.pause_ms, performance.now());
    setTimeout(turn, due - performance.now());
  };
  process.on("SIGUSR2", turn);
}

export const WELCOME = JSON.stringify({ type: "ticks.subscribe.response" });
