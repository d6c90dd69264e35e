/** Small lines without axes. */

/** The points of an SVG polyline that shows values from left to right, the highest on top. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [stretch, step] = [high - low, width / Math.max(1, values.length - 1)];
  return values
    .map((value, index) => {
      const y = stretch === 0 ? height / 2 : height * (1 - (value - low) / stretch);
      return `${round(index * step)},${round(y)}`;
    })
    .join(" ");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
