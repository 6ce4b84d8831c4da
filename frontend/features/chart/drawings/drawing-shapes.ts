/** Draws shapes on the chart's canvas. Knows pixels and colours, nothing of bars. */
import { faded, type ChartColours } from "@/features/chart/chart-colours";
import type { Drawing } from "@/features/chart/drawings/drawing";
import { handlesOf, rayEnd, type Pixel } from "@/features/chart/drawings/geometry";

export type Shape = {
  drawing: Drawing;
  points: Pixel[];
  isSelected: boolean;
  /** Lines of text of a measure. */
  words: string[];
};

export function styleColour(name: string, colours: ChartColours): string {
  const line = /^chart-([1-5])$/.exec(name);
  if (line) return colours.lines[Number(line[1]) - 1]!;
  const named: Record<string, string> = { up: colours.up, down: colours.down, warn: colours.warn };
  return named[name] ?? colours.accent;
}

function dashes(dash: Drawing["style"]["dash"], width: number): number[] {
  if (dash === "dashed") return [width * 4, width * 3];
  return dash === "dotted" ? [width, width * 2] : [];
}

const HANDLE = 4;
const LINE_HEIGHT = 15;

export function drawShape(
  context: CanvasRenderingContext2D,
  { drawing, points, isSelected, words }: Shape,
  colours: ChartColours,
  size: { width: number; height: number },
): void {
  const { kind, style } = drawing;
  const [a, b] = points;
  if (!a) return;
  const colour = kind === "measure" ? measureColour(a, b, colours) : styleColour(style.color, colours);
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = style.width;
  context.lineCap = "round";
  context.setLineDash(dashes(style.dash, style.width));
  context.beginPath();
  if (kind === "horizontal") {
    context.moveTo(0, a.y);
    context.lineTo(size.width, a.y);
    context.stroke();
  } else if (b && kind === "trend_line") {
    const end = style.extends_right ? rayEnd(a, b, size.width) : b;
    const start = style.extends_right && b.x < a.x ? b : a;
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
    context.stroke();
  } else if (b) {
    const box = [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(a.x - b.x), Math.abs(a.y - b.y)] as const;
    context.fillStyle = faded(colour, 0.12);
    context.fillRect(...box);
    if (kind === "measure") {
      context.lineWidth = 1;
      context.setLineDash([3, 3]);
    }
    context.strokeRect(...box);
    if (kind === "measure") drawWords(context, words, a, b, colour, colours, size);
  }
  if (isSelected) drawHandles(context, drawing, points, colour, colours, size);
  context.restore();
}

function measureColour(a: Pixel, b: Pixel | undefined, colours: ChartColours): string {
  return !b || b.y <= a.y ? colours.up : colours.down;
}

function drawHandles(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  points: readonly Pixel[],
  colour: string,
  colours: ChartColours,
  size: { width: number },
): void {
  const at =
    drawing.kind === "horizontal"
      ? [{ x: Math.max(12, Math.min(size.width - 12, points[0]!.x)), y: points[0]!.y }]
      : handlesOf(drawing.kind, points);
  context.setLineDash([]);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.fillStyle = colours.background;
  for (const { x, y } of at) {
    context.beginPath();
    context.arc(x, y, HANDLE, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

function drawWords(
  context: CanvasRenderingContext2D,
  words: readonly string[],
  a: Pixel,
  b: Pixel,
  colour: string,
  colours: ChartColours,
  size: { width: number; height: number },
): void {
  // What is out of view says nothing at its edge.
  const isSeen = Math.max(a.x, b.x) > 0 && Math.min(a.x, b.x) < size.width;
  if (!isSeen || Math.max(a.y, b.y) < 0 || Math.min(a.y, b.y) > size.height) return;
  context.font = `500 11px ${colours.font}`;
  const width = Math.max(...words.map((line) => context.measureText(line).width)) + 12;
  const height = words.length * LINE_HEIGHT + 6;
  const isUp = b.y <= a.y;
  const middle = (a.x + b.x) / 2 - width / 2;
  const x = Math.max(4, Math.min(size.width - width - 4, middle));
  // Beyond the end of the measure, inside of the pane.
  const wanted = isUp ? b.y - height - 6 : b.y + 6;
  const y = Math.max(4, Math.min(size.height - height - 4, wanted));
  context.setLineDash([]);
  context.fillStyle = colours.background;
  context.globalAlpha = 0.92;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  context.fillStyle = colour;
  context.textBaseline = "middle";
  words.forEach((line, i) => context.fillText(line, x + 6, y + 3 + (i + 0.5) * LINE_HEIGHT));
}
