/** Drawings as pixels: what is under a pointer, and what a drag does. Pure. */
import type { DrawingKind } from "@/features/chart/drawings/drawing";

export type Pixel = { x: number; y: number };

/**
 * What of a drawing was hit: its body, or a handle. Handles 0 and 1 are its points; 2 and 3 are a rectangle's other
 * corners, (x of 0, y of 1) and (x of 1, y of 0).
 */
export type Part = "body" | 0 | 1 | 2 | 3;

export type Hit = { part: Part; distance: number };

const between = (value: number, a: number, b: number, slack: number) =>
  value >= Math.min(a, b) - slack && value <= Math.max(a, b) + slack;

export function distanceToSegment(p: Pixel, a: Pixel, b: Pixel, isRay = false): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  if (length === 0) return Math.hypot(p.x - a.x, p.y - a.y);
  const along = Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length);
  const t = isRay ? along : Math.min(1, along);
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/** A line's end when it goes on to the right edge; its own end where it runs straight up. */
export function rayEnd(a: Pixel, b: Pixel, width: number): Pixel {
  const [left, right] = a.x <= b.x ? [a, b] : [b, a];
  if (right.x === left.x || right.x >= width) return right;
  return { x: width, y: left.y + ((width - left.x) / (right.x - left.x)) * (right.y - left.y) };
}

/** The handles of a drawing, in the order of `Part`. */
export function handlesOf(kind: DrawingKind, points: readonly Pixel[]): Pixel[] {
  const [a, b] = points;
  if (kind === "rectangle" && a && b) return [a, b, { x: a.x, y: b.y }, { x: b.x, y: a.y }];
  return [...points];
}

/** What of a drawing is under the pointer; null when it is further away than `slack`. */
export function hitDrawing(
  kind: DrawingKind,
  points: readonly Pixel[],
  pointer: Pixel,
  slack: number,
  options: { extendsRight?: boolean; isSelected?: boolean; width?: number } = {},
): Hit | null {
  const [a, b] = points;
  if (!a) return null;
  // A handle is taken before what lies beneath; of one that is not selected only the ends can be seen to be there.
  if (kind !== "horizontal") {
    let nearest: Hit | null = null;
    handlesOf(kind, points).forEach((handle, i) => {
      const distance = Math.hypot(pointer.x - handle.x, pointer.y - handle.y);
      const reach = options.isSelected ? slack * 1.5 : slack;
      if (distance <= reach && (!nearest || distance < nearest.distance))
        nearest = { part: i as Part, distance };
    });
    if (nearest) return nearest;
  }
  if (kind === "horizontal") {
    const distance = Math.abs(pointer.y - a.y);
    return distance <= slack ? { part: "body", distance } : null;
  }
  if (!b) return null;
  if (kind === "trend_line") {
    const end = options.extendsRight ? rayEnd(a, b, options.width ?? Infinity) : b;
    const start = options.extendsRight && b.x < a.x ? b : a;
    const distance = distanceToSegment(pointer, start, end);
    return distance <= slack ? { part: "body", distance } : null;
  }
  const isInside = between(pointer.x, a.x, b.x, slack) && between(pointer.y, a.y, b.y, slack);
  if (!isInside) return null;
  const toEdge = Math.min(
    Math.abs(pointer.x - a.x),
    Math.abs(pointer.x - b.x),
    Math.abs(pointer.y - a.y),
    Math.abs(pointer.y - b.y),
  );
  // Whoever wants to move the chart through a large rectangle takes its middle; edges move the rectangle.
  if (kind === "rectangle" && toEdge > slack && !options.isSelected) return null;
  return { part: "body", distance: Math.min(toEdge, slack) };
}

/** Where the points stand after a drag by (dx, dy) of a part. */
export function dragPoints(points: readonly Pixel[], part: Part, dx: number, dy: number): Pixel[] {
  return points.map((point, i) => {
    const isX = part === "body" || part === i || (part === 2 && i === 0) || (part === 3 && i === 1);
    const isY = part === "body" || part === i || (part === 2 && i === 1) || (part === 3 && i === 0);
    return { x: point.x + (isX ? dx : 0), y: point.y + (isY ? dy : 0) };
  });
}
