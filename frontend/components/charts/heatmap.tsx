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

import { drawHeat, type HeatCells } from "@/components/charts/heat-canvas";
import type { HeatScale } from "@/components/charts/heat-scale";
import { useHeatTheme } from "@/components/charts/use-heat-theme";
import { useWidth } from "@/components/charts/use-width";
import { cn } from "@/lib/cn";

const MARGIN = { top: 4, right: 8, bottom: 40, left: 46 };
const STRIP_MARGIN = { ...MARGIN, left: 8 };
const HIGHEST = 440;
const LOWEST = 180;
const STRIP = 64;
const FIRST_WIDTH = 480;
const TICK_WIDTH = 44;
const TICK_HEIGHT = 26;

export type HeatMark = { column: number; line: number; kind: "best" | "plateau" };
export type HeatOutline = { columns: [number, number]; lines: [number, number] };

/** About evenly spread places of an axis that carry their value. */
export function tickPlaces(places: number, room: number): number[] {
  const every = Math.max(1, Math.ceil(places / Math.max(1, room)));
  return Array.from({ length: Math.ceil(places / every) }, (_, i) => i * every);
}

/**
 * Figures over two parameters. A canvas draws the cells, so that a hundred thousand are no burden; the focus moves from
 * cell to cell by arrows, and Enter, Space or a click opens one. Readers hear `describe` of the cell they stand on.
 */
export function Heatmap({
  label,
  summary,
  cells,
  scale,
  xTitle,
  yTitle,
  xLabels,
  yLabels,
  outline,
  marks,
  opened,
  onOpen,
  describe,
  renderOpened,
  className,
}: {
  label: string;
  summary: string;
  cells: HeatCells;
  scale: HeatScale | null;
  xTitle: string;
  /** null: one parameter alone, one line of cells. */
  yTitle: string | null;
  xLabels: readonly string[];
  yLabels: readonly string[];
  outline: HeatOutline | null;
  marks: readonly HeatMark[];
  /** The cell whose details stand open. */
  opened: number | null;
  onOpen: (place: number | null) => void;
  describe: (place: number) => string;
  /** The details, fastened to the cell. Given its anchor and the id of what takes the focus back. */
  renderOpened: (place: number, anchor: ReactElement, focusId: string) => ReactNode;
  className?: string;
}) {
  const id = useId();
  const { columns, lines } = cells;
  const [parentRef, width] = useWidth(FIRST_WIDTH);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useHeatTheme();
  const [cursor, setCursor] = useState<number | null>(null);
  const [isByKey, setByKey] = useState(false);

  const margin = yTitle === null ? STRIP_MARGIN : MARGIN;
  const innerWidth = Math.max(1, width - margin.left - margin.right);
  const innerHeight =
    yTitle === null ? STRIP : Math.round(Math.min(HIGHEST, Math.max(LOWEST, (innerWidth / columns) * lines)));

  useEffect(() => {
    if (!canvas.current) return;
    const style = getComputedStyle(document.documentElement);
    const frame = requestAnimationFrame(() => {
      if (canvas.current)
        drawHeat(
          canvas.current,
          cells,
          scale,
          { width: innerWidth, height: innerHeight, ratio: window.devicePixelRatio || 1 },
          {
            empty: style.getPropertyValue("--grid").trim() || "#888",
            hatch: style.getPropertyValue("--muted-foreground").trim() || "#888",
          },
        );
    });
    return () => cancelAnimationFrame(frame);
  }, [cells, scale, innerWidth, innerHeight, theme]);

  const boxOf = (place: number) => {
    const column = place % columns;
    const line = Math.floor(place / columns);
    return {
      left: (column * innerWidth) / columns,
      top: ((lines - 1 - line) * innerHeight) / lines,
      width: innerWidth / columns,
      height: innerHeight / lines,
    };
  };
  const placeUnder = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const fromTop = Math.floor(((event.clientY - box.top) / box.height) * lines);
    const inside = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
    return (lines - 1 - inside(fromTop, lines)) * columns + inside(column, columns);
  };

  function steer(event: KeyboardEvent<HTMLElement>) {
    const mark = marks[0];
    const first = mark ? mark.line * columns + mark.column : 0;
    const step = event.shiftKey ? 10 : 1;
    let [column, line] = [(cursor ?? first) % columns, Math.floor((cursor ?? first) / columns)];
    if (event.key === "Enter" || event.key === " ") onOpen(cursor ?? first);
    else if (event.key === "Escape") return setCursor(null);
    else if (cursor === null && event.key.startsWith("Arrow")) {
      // The first key only brings the cursor into the picture: to the plateau, where there is one.
    } else if (event.key === "ArrowLeft") column -= step;
    else if (event.key === "ArrowRight") column += step;
    else if (event.key === "ArrowUp") line += step;
    else if (event.key === "ArrowDown") line -= step;
    else if (event.key === "Home") column = 0;
    else if (event.key === "End") column = columns - 1;
    else return;
    event.preventDefault();
    setByKey(true);
    setCursor(Math.min(Math.max(line, 0), lines - 1) * columns + Math.min(Math.max(column, 0), columns - 1));
  }

  const shown = opened ?? cursor;
  const anchorBox = opened === null ? null : boxOf(opened);
  const xTicks = tickPlaces(columns, innerWidth / TICK_WIDTH);
  const yTicks = tickPlaces(lines, innerHeight / TICK_HEIGHT);
  return (
    <figure className={cn("min-w-0", className)}>
      <div
        ref={parentRef}
        className="relative w-full min-w-0"
        style={{ height: innerHeight + margin.top + margin.bottom }}
      >
        <div
          id={`${id}-cells`}
          role="application"
          aria-label={label}
          aria-describedby={`${id}-summary`}
          tabIndex={0}
          className="absolute touch-manipulation rounded-[2px] outline-offset-1"
          style={{ left: margin.left, top: margin.top, width: innerWidth, height: innerHeight }}
          onKeyDown={steer}
          onPointerMove={(event) => {
            if (event.pointerType === "touch") return;
            setByKey(false);
            setCursor(placeUnder(event));
          }}
          onPointerLeave={() => !isByKey && setCursor(null)}
          onBlur={() => opened === null && setCursor(null)}
          onClick={(event) => onOpen(placeUnder(event as unknown as PointerEvent<HTMLElement>))}
        >
          <canvas
            ref={canvas}
            aria-hidden
            className="absolute inset-0 size-full [image-rendering:pixelated]"
          />
          <Overlay
            {...{ columns, lines, outline, marks, boxOf, shown }}
            width={innerWidth}
            height={innerHeight}
          />
        </div>
        {opened !== null &&
          renderOpened(
            opened,
            <span
              aria-hidden
              className="pointer-events-none absolute"
              style={{
                left: margin.left + anchorBox!.left,
                top: margin.top + anchorBox!.top,
                width: anchorBox!.width,
                height: anchorBox!.height,
              }}
            />,
            `${id}-cells`,
          )}
        <svg
          aria-hidden
          width={width}
          height={innerHeight + margin.top + margin.bottom}
          className="pointer-events-none absolute inset-0 block"
          fontSize={11}
          fill="var(--muted-foreground)"
        >
          {xTicks.map((place) => (
            <text
              key={place}
              x={margin.left + ((place + 0.5) * innerWidth) / columns}
              y={margin.top + innerHeight + 14}
              textAnchor="middle"
              className="tabular-nums"
            >
              {xLabels[place]}
            </text>
          ))}
          {yTitle !== null &&
            yTicks.map((place) => (
              <text
                key={place}
                x={margin.left - 6}
                y={margin.top + ((lines - 1 - place + 0.5) * innerHeight) / lines}
                textAnchor="end"
                dominantBaseline="central"
                className="tabular-nums"
              >
                {yLabels[place]}
              </text>
            ))}
          <text
            x={margin.left + innerWidth / 2}
            y={margin.top + innerHeight + 33}
            textAnchor="middle"
            fill="var(--foreground)"
          >
            {xTitle} →
          </text>
          {yTitle !== null && (
            <text
              transform={`translate(10 ${margin.top + innerHeight / 2}) rotate(-90)`}
              textAnchor="middle"
              fill="var(--foreground)"
            >
              {yTitle} →
            </text>
          )}
        </svg>
      </div>
      <p className="min-h-5 pt-1 text-xs text-muted-foreground tabular-nums" aria-hidden>
        {shown === null
          ? "Point at a cell, or move with the arrow keys; click or Enter opens it."
          : describe(shown)}
      </p>
      <figcaption id={`${id}-summary`} className="sr-only">
        {summary} Arrow keys move from cell to cell, Enter opens one.
      </figcaption>
      <p className="sr-only" aria-live="polite">
        {isByKey && cursor !== null ? describe(cursor) : ""}
      </p>
    </figure>
  );
}

/** The plateau's edge, the marks and the cursor, over the cells. */
function Overlay({
  columns,
  lines,
  width,
  height,
  outline,
  marks,
  shown,
  boxOf,
}: {
  columns: number;
  lines: number;
  width: number;
  height: number;
  outline: HeatOutline | null;
  marks: readonly HeatMark[];
  shown: number | null;
  boxOf: (place: number) => { left: number; top: number; width: number; height: number };
}) {
  const cursor = shown === null ? null : boxOf(shown);
  return (
    <svg
      aria-hidden
      width={width}
      height={height}
      className="pointer-events-none absolute inset-0 block overflow-visible"
    >
      {outline && (
        <g fill="none" strokeLinejoin="round">
          {["var(--background)", "var(--foreground)"].map((colour, i) => (
            <rect
              key={colour}
              x={(outline.columns[0] * width) / columns - 1}
              y={((lines - 1 - outline.lines[1]) * height) / lines - 1}
              width={((outline.columns[1] - outline.columns[0] + 1) * width) / columns + 1}
              height={((outline.lines[1] - outline.lines[0] + 1) * height) / lines + 1}
              stroke={colour}
              strokeWidth={i === 0 ? 4 : 2}
              strokeDasharray={i === 0 ? undefined : "5 3"}
            />
          ))}
        </g>
      )}
      {marks.map((mark) => {
        const box = boxOf(mark.line * columns + mark.column);
        return (
          <MarkShape
            key={mark.kind}
            kind={mark.kind}
            x={box.left + box.width / 2}
            y={box.top + box.height / 2}
          />
        );
      })}
      {cursor && (
        <g fill="none">
          <rect
            x={cursor.left - 2}
            y={cursor.top - 2}
            width={cursor.width + 3}
            height={cursor.height + 3}
            rx={2}
            stroke="var(--background)"
            strokeWidth={4}
          />
          <rect
            x={cursor.left - 2}
            y={cursor.top - 2}
            width={cursor.width + 3}
            height={cursor.height + 3}
            rx={2}
            stroke="var(--ring)"
            strokeWidth={2}
          />
        </g>
      )}
    </svg>
  );
}

/** The plateau's middle is a diamond, the single best set a ring: told apart without colour. */
export function MarkShape({ kind, x, y }: { kind: HeatMark["kind"]; x: number; y: number }) {
  return kind === "plateau" ? (
    <path
      d={`M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z`}
      fill="var(--foreground)"
      stroke="var(--background)"
      strokeWidth={2}
    />
  ) : (
    <g fill="none">
      <circle cx={x} cy={y} r={5} stroke="var(--background)" strokeWidth={4.5} />
      <circle cx={x} cy={y} r={5} stroke="var(--foreground)" strokeWidth={2} />
    </g>
  );
}
