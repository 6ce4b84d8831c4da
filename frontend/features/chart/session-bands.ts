/** Shades what lies outside of a market's sessions and draws a line where one begins. */
import type {
  IPrimitivePaneView,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";

import { faded, type ChartColours } from "@/features/chart/chart-colours";
import type { SessionMarks } from "@/features/chart/sessions";

/** Lines closer together than this would be a pattern, not a sign. */
const CLOSEST_LINES = 40;

export class SessionBands implements ISeriesPrimitive<Time> {
  #attached: SeriesAttachedParameter<Time> | null = null;
  #marks: SessionMarks = { starts: [], outside: [] };
  #colours: ChartColours;
  readonly #views: IPrimitivePaneView[];

  constructor(colours: ChartColours) {
    this.#colours = colours;
    this.#views = [
      {
        zOrder: () => "bottom",
        renderer: () => ({
          draw: (target) =>
            target.useMediaCoordinateSpace(({ context, mediaSize }) =>
              this.#shade(context, mediaSize.height),
            ),
        }),
      },
      {
        // Over the grid: its line for the same day would hide this one.
        zOrder: () => "normal",
        renderer: () => ({
          draw: (target) =>
            target.useMediaCoordinateSpace(({ context, mediaSize }) => this.#rule(context, mediaSize.height)),
        }),
      },
    ];
  }

  attached(parts: SeriesAttachedParameter<Time>): void {
    this.#attached = parts;
  }

  /** Also told when the chart is removed, which takes no more requests. */
  detached(): void {
    this.#attached = null;
  }

  show(marks: SessionMarks, colours: ChartColours): void {
    this.#marks = marks;
    this.#colours = colours;
    this.#attached?.requestUpdate();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  #place() {
    const scale = this.#attached?.chart.timeScale();
    const view = scale?.getVisibleLogicalRange();
    if (!scale || !view) return null;
    const at = (number: number) => scale.logicalToCoordinate(number as Logical);
    // Half of a bar's width lies on each side of it.
    return { at, view, half: ((at(1) ?? 0) - (at(0) ?? 0)) / 2, width: scale.width() };
  }

  #shade(context: CanvasRenderingContext2D, height: number): void {
    const place = this.#place();
    if (!place) return;
    const { at, view, half } = place;
    context.fillStyle = faded(this.#colours.text, 0.07);
    for (const [from, to] of this.#marks.outside) {
      if (to < view.from - 1 || from > view.to + 1) continue;
      const left = (at(from) ?? 0) - half;
      context.fillRect(left, 0, (at(to) ?? 0) + half - left, height);
    }
  }

  #rule(context: CanvasRenderingContext2D, height: number): void {
    const place = this.#place();
    if (!place) return;
    const { at, view, half, width } = place;
    const seen = this.#marks.starts.filter((i) => i >= view.from && i <= view.to);
    if (seen.length === 0 || width / seen.length < CLOSEST_LINES) return;
    context.strokeStyle = faded(this.#colours.text, 0.4);
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    context.beginPath();
    for (const i of seen) {
      const x = Math.round((at(i) ?? 0) - half) + 0.5;
      context.moveTo(x, 0);
      context.lineTo(x, height);
    }
    context.stroke();
    context.setLineDash([]);
  }
}
