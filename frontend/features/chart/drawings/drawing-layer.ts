/**
 * Drawings on a chart: shows them, and turns what a pointer does into drawing, selecting, moving and resizing. Keeps
 * nothing: what is drawn, selected and chosen as tool is told to it, what a hand wants is told by it.
 */
import type { Logical } from "lightweight-charts";

import { NO_BARS } from "@/features/chart/bars";
import type { ChartColours } from "@/features/chart/chart-colours";
import type { ChartParts } from "@/features/chart/chart-setup";
import {
  barNumber,
  measureFigures,
  PLAIN_STYLE,
  pointCount,
  timeOfNumber,
  type Drawing,
  type DrawingKind,
  type DrawingPoint,
} from "@/features/chart/drawings/drawing";
import { DrawingPrimitive } from "@/features/chart/drawings/drawing-primitive";
import type { Shape } from "@/features/chart/drawings/drawing-shapes";
import { dragPoints, hitDrawing, type Part, type Pixel } from "@/features/chart/drawings/geometry";
import { measureWords } from "@/features/chart/drawings/measure-words";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { Interval } from "@/features/chart/intervals";

export type DrawingWishes = {
  onSelect: (id: string | null) => void;
  onCreate: (kind: DrawingKind, points: DrawingPoint[]) => void;
  onMove: (drawing: Drawing, points: DrawingPoint[]) => void;
};

const MOUSE_SLACK = 6;
const TOUCH_SLACK = 16;
/** A press that moved less was a click. */
const CLICK_PIXELS = 6;
const DRAFT = "draft";

type Drag = { drawing: Drawing; part: Part; start: Pixel; points: Pixel[]; moved: DrawingPoint[] | null };

export class DrawingLayer {
  readonly #parts: ChartParts;
  readonly #wishes: DrawingWishes;
  readonly #primitive: DrawingPrimitive;
  readonly #stop = new AbortController();
  #drawings: Drawing[] = [];
  #selected: string | null = null;
  #tool: DrawingKind | null = null;
  #bars: BarColumns = NO_BARS;
  #interval: Interval = "1day";
  #draft: { points: DrawingPoint[]; start: Pixel; isSecond: boolean } | null = null;
  #drag: Drag | null = null;
  /** The press belongs to a drawing, not to the chart beneath. */
  #isTaken = false;

  constructor(parts: ChartParts, colours: ChartColours, wishes: DrawingWishes) {
    this.#parts = parts;
    this.#wishes = wishes;
    this.#primitive = new DrawingPrimitive(
      colours,
      () => this.#shapes(),
      (x, y) => (this.#tool ? null : (this.#hit({ x, y }, MOUSE_SLACK)?.drawing.id ?? null)),
      (price) => parts.candles.priceFormatter().format(price),
    );
    parts.candles.attachPrimitive(this.#primitive);
    parts.gone.addEventListener("abort", () => this.#end(), { once: true });
    this.#listen();
  }

  setColours(colours: ChartColours): void {
    this.#primitive.setColours(colours);
  }

  setBars(bars: BarColumns, interval: Interval): void {
    this.#bars = bars;
    this.#interval = interval;
    this.#primitive.redraw();
  }

  show(drawings: Drawing[], selected: string | null): void {
    this.#drawings = drawings;
    this.#selected = selected;
    this.#primitive.redraw();
  }

  setTool(tool: DrawingKind | null): void {
    if (tool !== this.#tool) this.#draft = null;
    this.#tool = tool;
    this.#parts.container.style.touchAction = tool ? "none" : "";
    this.#primitive.redraw();
  }

  /** Gives up what is half drawn or half moved; false when there was no such thing. */
  cancel(): boolean {
    const had = this.#draft !== null || this.#drag !== null;
    this.#draft = null;
    this.#drag = null;
    this.#primitive.redraw();
    return had;
  }

  /** A chart that is removed takes no more requests. */
  #end(): void {
    this.#stop.abort();
    this.#primitive.detached();
  }

  dispose(): void {
    this.#stop.abort();
    this.#parts.container.style.touchAction = "";
    // The chart may be gone before its layers.
    if (!this.#parts.gone.aborted) this.#parts.candles.detachPrimitive(this.#primitive);
  }

  #pixelsOf(points: readonly DrawingPoint[], drawnOn: Interval): Pixel[] | null {
    const scale = this.#parts.chart.timeScale();
    const pixels: Pixel[] = [];
    for (const { time, price } of points) {
      const number = barNumber(time, this.#bars.time, drawnOn, this.#interval);
      const x = Number.isNaN(number) ? null : scale.logicalToCoordinate(number as Logical);
      const y = this.#parts.candles.priceToCoordinate(price);
      if (x === null || y === null) return null;
      pixels.push({ x, y });
    }
    return pixels;
  }

  #pointAt({ x, y }: Pixel): DrawingPoint | null {
    const number = this.#parts.chart.timeScale().coordinateToLogical(x);
    const price = this.#parts.candles.coordinateToPrice(y);
    if (number === null || price === null || !Number.isFinite(price)) return null;
    return { time: timeOfNumber(number, this.#bars.time, this.#interval), price };
  }

  #shapes(): Shape[] {
    const shown: Drawing[] = this.#drawings.map((drawing) =>
      this.#drag?.moved && drawing.id === this.#drag.drawing.id
        ? { ...drawing, points: this.#drag.moved, interval: this.#interval }
        : drawing,
    );
    if (this.#draft && this.#tool)
      shown.push({
        id: DRAFT,
        kind: this.#tool,
        interval: this.#interval,
        points: this.#draft.points.slice(0, pointCount(this.#tool)),
        style: PLAIN_STYLE,
        locked: false,
      });
    return shown.flatMap((drawing) => {
      const points = this.#pixelsOf(drawing.points, drawing.interval);
      if (!points) return [];
      const words =
        drawing.kind === "measure"
          ? measureWords(
              measureFigures(drawing.points, this.#bars.time, drawing.interval, this.#interval),
              drawing.points,
            )
          : [];
      return [{ drawing, points, words, isSelected: drawing.id === this.#selected || drawing.id === DRAFT }];
    });
  }

  #hit(at: Pixel, slack: number): { drawing: Drawing; part: Part } | null {
    let best: { drawing: Drawing; part: Part; rank: number } | null = null;
    const width = this.#parts.chart.timeScale().width();
    for (const drawing of this.#drawings) {
      const points = this.#pixelsOf(drawing.points, drawing.interval);
      const isSelected = drawing.id === this.#selected;
      const hit =
        points &&
        hitDrawing(drawing.kind, points, at, slack, {
          extendsRight: drawing.style.extends_right,
          isSelected,
          width,
        });
      // The selected one is on top; of others the nearest, then the newest.
      const rank = hit ? hit.distance - (isSelected ? 1_000 : 0) : Infinity;
      if (hit && (!best || rank <= best.rank)) best = { drawing, part: hit.part, rank };
    }
    return best;
  }

  /** The pointer's place in the main pane; null outside of it. */
  #place(event: PointerEvent, isInside = true): Pixel | null {
    const box = this.#parts.container.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const width = this.#parts.chart.timeScale().width();
    const { height } = this.#parts.chart.paneSize(0);
    if (isInside && (x < 0 || y < 0 || x > width || y > height)) return null;
    return { x: Math.max(0, Math.min(width, x)), y: Math.max(0, Math.min(height, y)) };
  }

  #listen(): void {
    const { signal } = this.#stop;
    const { container } = this.#parts;
    container.addEventListener("pointerdown", (event) => this.#press(event), { signal, capture: true });
    // The library listens to mouse and touch events, which follow the pointer's.
    for (const kind of ["mousedown", "touchstart"] as const)
      container.addEventListener(
        kind,
        (event) => {
          if (!this.#isTaken) return;
          event.stopPropagation();
          event.preventDefault();
          container.focus({ preventScroll: true });
        },
        { signal, capture: true, passive: false },
      );
    window.addEventListener("pointermove", (event) => this.#move(event), { signal });
    window.addEventListener("pointerup", (event) => this.#release(event), { signal });
    window.addEventListener(
      "pointercancel",
      () => {
        this.#isTaken = false;
        this.cancel();
      },
      { signal },
    );
  }

  #press(event: PointerEvent): void {
    this.#isTaken = false;
    if (!event.isPrimary || event.button !== 0) return;
    const at = this.#place(event);
    if (!at) return;
    if (this.#tool) {
      const point = this.#pointAt(at);
      if (!point) return;
      this.#isTaken = true;
      if (this.#draft) this.#draft = { ...this.#draft, start: at, isSecond: true };
      else this.#draft = { points: [point, point], start: at, isSecond: false };
      this.#follow(at);
      return;
    }
    const hit = this.#hit(at, event.pointerType === "mouse" ? MOUSE_SLACK : TOUCH_SLACK);
    if (!hit) {
      if (this.#selected !== null) this.#wishes.onSelect(null);
      return;
    }
    this.#isTaken = true;
    this.#wishes.onSelect(hit.drawing.id);
    const points = this.#pixelsOf(hit.drawing.points, hit.drawing.interval);
    if (points && !hit.drawing.locked) this.#drag = { ...hit, start: at, points, moved: null };
  }

  #follow(at: Pixel): void {
    const point = this.#pointAt(at);
    if (!point || !this.#draft || !this.#tool) return;
    const first = pointCount(this.#tool) === 1 ? point : this.#draft.points[0]!;
    this.#draft = { ...this.#draft, points: [first, point] };
    this.#primitive.redraw();
  }

  #move(event: PointerEvent): void {
    if (!this.#draft && !this.#drag) return;
    const at = this.#place(event, false);
    if (!at) return;
    if (this.#draft) return this.#follow(at);
    const drag = this.#drag!;
    const [dx, dy] = [at.x - drag.start.x, at.y - drag.start.y];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK_PIXELS / 2) return;
    const points = dragPoints(drag.points, drag.part, dx, dy).map((pixel) => this.#pointAt(pixel));
    if (points.every((point) => point !== null)) drag.moved = points;
    this.#primitive.redraw();
  }

  #release(event: PointerEvent): void {
    const isTaken = this.#isTaken;
    this.#isTaken = false;
    if (this.#drag) {
      const { drawing, moved } = this.#drag;
      this.#drag = null;
      if (moved) this.#wishes.onMove(drawing, moved);
      this.#primitive.redraw();
      return;
    }
    if (!this.#draft || !this.#tool || !isTaken) return;
    const at = this.#place(event, false);
    const isDrag =
      at !== null && Math.hypot(at.x - this.#draft.start.x, at.y - this.#draft.start.y) >= CLICK_PIXELS;
    // Two clicks, or one press that is drawn to the end.
    if (pointCount(this.#tool) === 2 && !isDrag && !this.#draft.isSecond) return;
    const { points } = this.#draft;
    const kind = this.#tool;
    this.#draft = null;
    this.#wishes.onCreate(kind, points.slice(0, pointCount(kind)));
    this.#primitive.redraw();
  }
}
