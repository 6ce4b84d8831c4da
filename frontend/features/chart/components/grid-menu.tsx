"use client";

import { Columns2, Grid2x2, Link2, RectangleHorizontal, Rows2 } from "lucide-react";
import type { ComponentType } from "react";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { GRID_SHAPES, reshape, type ChartGrid, type GridShape } from "@/features/chart/grid-state";
import type { ChangeGrid } from "@/features/chart/use-chart-grid";

const SHAPES: Record<GridShape, { name: string; icon: ComponentType<{ className?: string }> }> = {
  "1": { name: "One chart", icon: RectangleHorizontal },
  "2": { name: "Two side by side", icon: Columns2 },
  "2s": { name: "Two stacked", icon: Rows2 },
  "4": { name: "Four", icon: Grid2x2 },
};

/** How many charts are on the page, and whether they go together. */
export function GridMenu({ grid, change }: { grid: ChartGrid; change: ChangeGrid }) {
  const { name } = SHAPES[grid.shape];
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Charts on the page: ${name.toLowerCase()}`}
          title="Charts on the page"
        >
          <Grid2x2 aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuRadioGroup
          value={grid.shape}
          onValueChange={(shape) => change((current) => reshape(current, shape as GridShape))}
        >
          {GRID_SHAPES.map((shape) => {
            const { name: label, icon: Shape } = SHAPES[shape];
            return (
              <DropdownMenuRadioItem key={shape} value={shape}>
                <Shape aria-hidden /> {label}
              </DropdownMenuRadioItem>
            );
          })}
        </DropdownMenuRadioGroup>
        {grid.shape !== "1" && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuCheckboxItem
              checked={grid.isLinked}
              onCheckedChange={(isLinked) =>
                change((current) => ({ ...current, isLinked: isLinked === true }))
              }
            >
              <Link2 aria-hidden /> Same time and crosshair
            </DropdownMenuCheckboxItem>
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
