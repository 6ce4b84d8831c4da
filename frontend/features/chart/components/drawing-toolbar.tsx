"use client";

import {
  Bell,
  List,
  Minus,
  MousePointer2,
  Pencil,
  Ruler,
  Square,
  Trash2,
  TrendingUp,
  Undo2,
} from "lucide-react";
import Link from "next/link";
import { useState, type ComponentType, type ReactNode } from "react";

import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Tooltip, TooltipContent, TooltipTrigger } from "@/components/ui/tooltip";
import {
  DRAWING_KINDS,
  DRAWING_NAMES,
  describeDrawing,
  type Drawing,
  type DrawingKind,
} from "@/features/chart/drawings/drawing";
import type { Drawings } from "@/features/chart/drawings/use-drawings";
import { cn } from "@/lib/cn";

const ICONS: Record<DrawingKind, ComponentType<{ className?: string }>> = {
  trend_line: TrendingUp,
  horizontal: Minus,
  rectangle: Square,
  measure: Ruler,
};

const COLOURS = ["accent", "up", "down", "warn", "chart-3"] as const;
const COLOUR_NAMES: Record<string, string> = {
  accent: "Blue",
  up: "Green",
  down: "Red",
  warn: "Amber",
  "chart-3": "Violet",
};
const SWATCHES: Record<string, string> = {
  accent: "var(--primary)",
  up: "var(--up)",
  down: "var(--down)",
  warn: "var(--warn)",
  "chart-3": "var(--chart-3)",
};

const TOOL =
  "focus-inset inline-flex h-9 w-8 items-center justify-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground disabled:pointer-events-none disabled:opacity-40 sm:size-7 [&_svg]:size-4 sm:[&_svg]:size-3.5";

function Tool({
  label,
  hint = label,
  isOn,
  isDisabled,
  onClick,
  children,
}: {
  label: string;
  hint?: string;
  isOn?: boolean;
  isDisabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip>
      <TooltipTrigger asChild>
        <button
          type="button"
          aria-label={label}
          aria-pressed={isOn}
          disabled={isDisabled}
          onClick={onClick}
          className={cn(TOOL, isOn && "bg-secondary text-foreground")}
        >
          {children}
        </button>
      </TooltipTrigger>
      <TooltipContent>{hint}</TooltipContent>
    </Tooltip>
  );
}

/** Tools to draw with, what can be done with the selected drawing, and a list of all for those without a pointer. */
export function DrawingToolbar({
  tool,
  onTool,
  drawings,
  selected,
  onSelect,
}: {
  tool: DrawingKind | null;
  onTool: (tool: DrawingKind | null) => void;
  drawings: Drawings;
  selected: Drawing | null;
  onSelect: (id: string | null) => void;
}) {
  // A phone shows them on demand.
  const [isOpen, setOpen] = useState(false);
  return (
    <div role="toolbar" aria-label="Drawing" className="flex items-center gap-0.5 sm:flex-wrap">
      <span className="sm:hidden">
        <Tool label="Drawing tools" isOn={isOpen} onClick={() => setOpen(!isOpen)}>
          <Pencil aria-hidden />
        </Tool>
      </span>
      <div className={cn("flex items-center gap-0.5", !isOpen && tool === null && "max-sm:hidden")}>
        <Tool
          label="Select"
          hint="Select and move. Escape comes back here."
          isOn={tool === null}
          onClick={() => onTool(null)}
        >
          <MousePointer2 aria-hidden />
        </Tool>
        {DRAWING_KINDS.map((kind) => {
          const Icon = ICONS[kind];
          return (
            <Tool
              key={kind}
              label={DRAWING_NAMES[kind]}
              isOn={tool === kind}
              onClick={() => onTool(tool === kind ? null : kind)}
            >
              <Icon aria-hidden />
            </Tool>
          );
        })}
        <Tool
          label="Undo"
          hint="Undo the last change of a drawing (Ctrl Z)"
          isDisabled={!drawings.undo}
          onClick={() => drawings.undo?.()}
        >
          <Undo2 aria-hidden />
        </Tool>
      </div>
      <DropdownMenu>
        <DropdownMenuTrigger
          className={cn(
            TOOL,
            "w-auto gap-1 px-1.5 text-xs tabular-nums sm:w-auto",
            selected && "max-sm:hidden",
          )}
          aria-label={`Drawings: ${drawings.all.length}`}
        >
          <List aria-hidden /> {drawings.all.length}
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="max-h-80 overflow-y-auto">
          {drawings.all.length === 0 && (
            <DropdownMenuLabel>
              Nothing is drawn yet. Choose a tool, then press on the chart.
            </DropdownMenuLabel>
          )}
          {drawings.all.map((drawing) => (
            <DropdownMenuItem key={drawing.id} onSelect={() => onSelect(drawing.id)}>
              <span
                className="h-0.5 w-3 rounded-full"
                style={{ background: SWATCHES[drawing.style.color] ?? SWATCHES.accent }}
                aria-hidden
              />
              {describeDrawing(drawing)}
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
      {selected && (
        <div
          role="group"
          aria-label={`Selected: ${describeDrawing(selected)}`}
          className="flex items-center gap-0.5 border-l pl-1 sm:ml-1"
        >
          {selected.kind !== "measure" && (
            <DropdownMenu>
              <DropdownMenuTrigger className={TOOL} aria-label="Colour of the drawing">
                <span
                  className="size-3.5 rounded-full border"
                  style={{ background: SWATCHES[selected.style.color] ?? SWATCHES.accent }}
                />
              </DropdownMenuTrigger>
              <DropdownMenuContent align="start">
                {COLOURS.map((color) => (
                  <DropdownMenuItem
                    key={color}
                    onSelect={() => drawings.restyle(selected, { ...selected.style, color })}
                  >
                    <span
                      className="size-3 rounded-full"
                      style={{ background: SWATCHES[color] }}
                      aria-hidden
                    />
                    {COLOUR_NAMES[color]}
                  </DropdownMenuItem>
                ))}
                {selected.kind === "trend_line" && (
                  <DropdownMenuItem
                    onSelect={() =>
                      drawings.restyle(selected, {
                        ...selected.style,
                        extends_right: !selected.style.extends_right,
                      })
                    }
                  >
                    {selected.style.extends_right ? "End at the second point" : "Go on to the right"}
                  </DropdownMenuItem>
                )}
              </DropdownMenuContent>
            </DropdownMenu>
          )}
          {(selected.kind === "trend_line" || selected.kind === "horizontal") && (
            <Tooltip>
              <TooltipTrigger asChild>
                <Link
                  href={`/alerts/new?drawing=${selected.id}`}
                  className={TOOL}
                  aria-label="Alert when price crosses"
                >
                  <Bell aria-hidden />
                </Link>
              </TooltipTrigger>
              <TooltipContent>Alert when price crosses</TooltipContent>
            </Tooltip>
          )}
          <Tool
            label="Delete the drawing"
            hint="Delete (Delete key). Undo brings it back."
            onClick={() => drawings.remove(selected)}
          >
            <Trash2 aria-hidden />
          </Tool>
        </div>
      )}
    </div>
  );
}
