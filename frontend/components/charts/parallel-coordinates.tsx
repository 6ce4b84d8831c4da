"use client";

import {
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from "react";

import type { HeatScale } from "@/components/charts/heat-scale";
import { heightOn, nearestRow, type ParallelAxis } from "@/components/charts/parallel-lines";
import { useHeatTheme } from "@/components/charts/use-heat-theme";
import { useWidth } from "@/components/charts/use-width";
import { cn } from "@/lib/cn";

const MARGIN = { top: 34, right: 36, bottom: 22, left: 36 };
const HEIGHT = 300;
const FIRST_WIDTH = 480;
/** Narrower than this between two axes nothing can be told apart; the picture scrolls instead. */
const LEAST_BETWEEN = 84;
const REACH = 0.04;

/**
 * One line for each set over all its parameters, its figure as the colour and on the last axis. Rows come best first and
 * are drawn worst first. Arrow keys walk from the best set down, Enter or a click opens one.
 */
export function ParallelCoordinates({
  label,
  summary,
  axes,
  rows,
  figures,
  scale,
  opened,
  onOpen,
  describe,
  renderOpened,
  className,
}: {
  label: string;
  summary: string;
  axes: readonly ParallelAxis[];
  rows: readonly number[];
  /** The figure that colours each row. */
  figures: Float64Array;
  scale: HeatScale | null;
  opened: number | null;
  onOpen: (row: number | null) => void;
  describe: (row: number) => string;
  /** The details, fastened to the line. Given its anchor and the id of what takes the focus back. */
  renderOpened: (row: number, anchor: ReactElement, focusId: string) => ReactNode;
  className?: string;
}) {
  const id = useId();
  const [parentRef, room] = useWidth(FIRST_WIDTH);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useHeatTheme();
  const [cursor, setCursor] = useState<number | null>(null);
  const [isByKey, setByKey] = useState(false);
  const [pointer, setPointer] = useState(0.5);

  const width = Math.max(room, MARGIN.left + MARGIN.right + LEAST_BETWEEN * (axes.length - 1));
  const innerWidth = width - MARGIN.left - MARGIN.right;
  const innerHeight = HEIGHT - MARGIN.top - MARGIN.bottom;
  const xOf = (place: number) => (place * innerWidth) / Math.max(1, axes.length - 1);

  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (!element || !context) return;
      const ratio = window.devicePixelRatio || 1;
      element.width = Math.round(innerWidth * ratio);
      element.height = Math.round(innerHeight * ratio);
      context.lineWidth = ratio * (rows.length > 400 ? 1 : 1.4);
      context.globalAlpha = rows.length > 1_000 ? 0.35 : rows.length > 200 ? 0.55 : 0.85;
      for (let i = rows.length - 1; i >= 0; i -= 1) {
        const row = rows[i]!;
        const [red, green, blue] = scale?.colourOf(figures[row]!) ?? [128, 128, 128];
        context.strokeStyle = `rgb(${red},${green},${blue})`;
        context.beginPath();
        axes.forEach((axis, place) => {
          const x = ((place * innerWidth) / Math.max(1, axes.length - 1)) * ratio;
          const y = (1 - heightOn(axis, axis.values[row]!)) * innerHeight * ratio;
          if (place === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        });
        context.stroke();
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [axes, rows, figures, scale, innerWidth, innerHeight, theme]);

  function point(event: PointerEvent<HTMLElement>): number {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    setPointer(Math.min(Math.max(x, 0), 1));
    return nearestRow(axes, rows, x, 1 - (event.clientY - box.top) / box.height, REACH);
  }

  function steer(event: KeyboardEvent<HTMLElement>) {
    if (rows.length === 0) return;
    const rank = cursor === null ? -1 : rows.indexOf(cursor);
    const step = event.shiftKey ? 10 : 1;
    let next = rank;
    if (event.key === "Enter" || event.key === " ") onOpen(rows[Math.max(0, rank)]!);
    else if (event.key === "Escape") return setCursor(null);
    else if (event.key === "ArrowDown" || event.key === "ArrowRight") next = rank + step;
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") next = rank - step;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = rows.length - 1;
    else return;
    event.preventDefault();
    setByKey(true);
    setPointer(1);
    setCursor(rows[Math.min(Math.max(next, 0), rows.length - 1)]!);
  }

  const shown = opened ?? cursor;
  const path = (row: number) =>
    axes
      .map((axis, place) => `${xOf(place)},${(1 - heightOn(axis, axis.values[row]!)) * innerHeight}`)
      .join(" ");
  const anchorAt = (row: number) => {
    const place = Math.round(pointer * (axes.length - 1));
    const axis = axes[place]!;
    return {
      left: MARGIN.left + xOf(place),
      top: MARGIN.top + (1 - heightOn(axis, axis.values[row]!)) * innerHeight,
    };
  };

  return (
    <figure className={cn("min-w-0", className)}>
      <div ref={parentRef} className="w-full min-w-0 overflow-x-auto">
        <div className="relative" style={{ width, height: HEIGHT }}>
          <div
            id={`${id}-lines`}
            role="application"
            aria-label={label}
            aria-describedby={`${id}-summary`}
            tabIndex={0}
            className="absolute touch-manipulation outline-offset-2"
            style={{ left: MARGIN.left, top: MARGIN.top, width: innerWidth, height: innerHeight }}
            onKeyDown={steer}
            onPointerMove={(event) => {
              if (event.pointerType === "touch") return;
              setByKey(false);
              const row = point(event);
              setCursor(row < 0 ? null : row);
            }}
            onPointerLeave={() => !isByKey && setCursor(null)}
            onBlur={() => opened === null && setCursor(null)}
            onClick={(event) => {
              const row = point(event as unknown as PointerEvent<HTMLElement>);
              if (row >= 0) onOpen(row);
            }}
          >
            <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
            <svg
              aria-hidden
              width={innerWidth}
              height={innerHeight}
              className="pointer-events-none absolute inset-0 block overflow-visible"
              fontSize={11}
              fill="var(--muted-foreground)"
            >
              {axes.map((axis, place) => (
                <g key={axis.name} transform={`translate(${xOf(place)},0)`} textAnchor="middle">
                  <line y2={innerHeight} stroke="var(--input)" />
                  <text y={-22} fill="var(--foreground)">
                    {axis.label}
                  </text>
                  <text y={-8}>{axis.print(axis.max)}</text>
                  <text y={innerHeight + 15}>{axis.print(axis.min)}</text>
                </g>
              ))}
              {shown !== null && (
                <g fill="none" strokeLinejoin="round">
                  <polyline points={path(shown)} stroke="var(--background)" strokeWidth={6} />
                  <polyline points={path(shown)} stroke="var(--foreground)" strokeWidth={2} />
                </g>
              )}
            </svg>
          </div>
          {opened !== null &&
            renderOpened(
              opened,
              <span aria-hidden className="pointer-events-none absolute size-1" style={anchorAt(opened)} />,
              `${id}-lines`,
            )}
        </div>
      </div>
      <p className="min-h-5 pt-1 text-xs text-muted-foreground tabular-nums" aria-hidden>
        {shown === null
          ? "Point at a line, or walk from the best set down with the arrow keys."
          : describe(shown)}
      </p>
      <figcaption id={`${id}-summary`} className="sr-only">
        {summary} Arrow keys walk from the best set down, Enter opens one.
      </figcaption>
      <p className="sr-only" aria-live="polite">
        {isByKey && cursor !== null ? describe(cursor) : ""}
      </p>
    </figure>
  );
}
