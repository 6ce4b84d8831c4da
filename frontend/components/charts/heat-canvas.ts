import type { HeatScale } from "@/components/charts/heat-scale";

/** Cells narrower than this have no seam between them and no hatching. */
const ROOMY_PIXELS = 7;

export type HeatCells = {
  columns: number;
  lines: number;
  /** Row by row from the lowest line, which is drawn at the bottom. NaN: no figure. */
  values: Float64Array;
  /** 0: nothing there yet. */
  counts: Uint32Array;
};

/** Where a cell begins, in whole pixels, so that seams are even and nothing is blurred. */
export function cellEdge(place: number, places: number, pixels: number): number {
  return Math.round((place * pixels) / places);
}

/** Draws all cells; those without a figure hatched, those that are not there yet left open. */
export function drawHeat(
  canvas: HTMLCanvasElement,
  cells: HeatCells,
  scale: HeatScale | null,
  size: { width: number; height: number; ratio: number },
  inks: { empty: string; hatch: string },
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const width = Math.round(size.width * size.ratio);
  const height = Math.round(size.height * size.ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.clearRect(0, 0, width, height);
  const seam = Math.min(width / cells.columns, height / cells.lines) >= ROOMY_PIXELS * size.ratio;
  const gap = seam ? Math.max(1, Math.round(size.ratio)) : 0;
  for (let line = 0; line < cells.lines; line += 1) {
    const top = cellEdge(cells.lines - 1 - line, cells.lines, height);
    const tall = cellEdge(cells.lines - line, cells.lines, height) - top - gap;
    for (let column = 0; column < cells.columns; column += 1) {
      const place = line * cells.columns + column;
      const left = cellEdge(column, cells.columns, width);
      const wide = cellEdge(column + 1, cells.columns, width) - left - gap;
      const value = cells.values[place]!;
      if (scale && Number.isFinite(value)) {
        const [red, green, blue] = scale.colourOf(value);
        context.fillStyle = `rgb(${red},${green},${blue})`;
        context.fillRect(left, top, Math.max(1, wide), Math.max(1, tall));
        continue;
      }
      context.fillStyle = inks.empty;
      context.fillRect(left, top, Math.max(1, wide), Math.max(1, tall));
      if (cells.counts[place]! > 0 && seam) hatch(context, left, top, wide, tall, inks.hatch, size.ratio);
    }
  }
}

function hatch(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  wide: number,
  tall: number,
  ink: string,
  ratio: number,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, wide, tall);
  context.clip();
  context.strokeStyle = ink;
  context.lineWidth = ratio;
  context.beginPath();
  for (let at = -tall; at < wide; at += 5 * ratio) {
    context.moveTo(left + at, top + tall);
    context.lineTo(left + at + tall, top);
  }
  context.stroke();
  context.restore();
}
