/** The colours of the page, as the chart's canvas needs them. */

export interface ChartColors {
  readonly text: string;
  readonly grid: string;
  readonly border: string;
  readonly crosshair: string;
  readonly label: string;
  readonly up: string;
  readonly down: string;
  readonly volumeUp: string;
  readonly volumeDown: string;
  readonly accent: string;
  readonly panel: string;
  readonly areaTop: string;
  readonly onSide: string;
  readonly buy: string;
  readonly sell: string;
  readonly drawing: string;
  /** One after the other for what indicators draw. */
  readonly studies: readonly string[];
}

const STUDY_TONES = [1, 2, 3, 4, 5, 6];

/** Read the theme's colours; the style sheet is their only home. */
export function readColors(host: HTMLElement): ChartColors {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const color = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    text: color("text-2"),
    grid: color("chart-grid"),
    border: color("line"),
    crosshair: color("text-3"),
    label: color("chart-label"),
    up: color("up"),
    down: color("down"),
    volumeUp: color("volume-up"),
    volumeDown: color("volume-down"),
    accent: color("accent"),
    panel: color("panel"),
    areaTop: color("area"),
    onSide: color("on-side"),
    buy: color("buy"),
    sell: color("sell"),
    drawing: color("drawing"),
    studies: STUDY_TONES.map((number) => color(`study-${number}`)),
  };
  probe.remove();
  return colors;
}
