"use client";

import { useMemo, useState } from "react";

import { HeatLegend } from "@/components/charts/heat-legend";
import { HeatmapTable } from "@/components/charts/heatmap-table";
import { Heatmap, type HeatMark } from "@/components/charts/heatmap";
import { makeHeatScale } from "@/components/charts/heat-scale";
import { useHeatTheme } from "@/components/charts/use-heat-theme";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { useSweepHeatmap } from "@/features/research/api";
import { Choice } from "@/features/research/components/choice";
import { SetPopover } from "@/features/research/components/set-popover";
import type { Axis, Sweep } from "@/features/research/contract";
import {
  buildHeatGrid,
  placesFor,
  toGridAxis,
  toHeatGrid,
  type Reduction,
} from "@/features/research/heat-grid";
import { markOf, outlineOf, tableRows } from "@/features/research/heat-marks";
import { describeSet, print } from "@/features/research/ranges";
import { figuresAt, keepsLimits, setAt, type Results } from "@/features/research/results";
import { metricLabel, printMetric, wantedMetrics } from "@/features/research/texts";
import { formatCount, formatPlural } from "@/lib/format";

/** The two parameters with the most values: the picture that says most. */
function firstAxes(axes: readonly Axis[]): [string, string | null] {
  const [x, y] = [...axes].sort((a, b) => b.count - a.count);
  return [x?.name ?? "", y?.name ?? null];
}

/** A table of more cells than this can neither be read nor scrolled with patience. */
const MOST_TABLE_CELLS = 4_000;

/** How good the sets are over two of the parameters; it fills while the sweep runs. */
export function SweepHeatmap({
  sweep,
  results,
}: {
  sweep: Sweep;
  /** null: too many sets for this page; the server lays the picture out. */
  results: Results | null;
}) {
  const theme = useHeatTheme();
  const [[xName, yName], setNames] = useState(() => firstAxes(sweep.axes));
  const [metric, setMetric] = useState(sweep.objective);
  const [reduction, setReduction] = useState<Reduction>("best");
  const [opened, setOpened] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const names = useMemo(() => wantedMetrics(sweep.objective), [sweep.objective]);

  const most = sweep.method === "grid" ? undefined : placesFor(sweep.sets);
  const axes = useMemo(() => {
    const find = (name: string | null) => {
      const axis = sweep.axes.find((one) => one.name === name);
      return axis ? toGridAxis(axis, most) : null;
    };
    return { x: find(xName) ?? toGridAxis(sweep.axes[0]!, most), y: find(yName) };
  }, [sweep.axes, xName, yName, most]);
  const laidOut = useSweepHeatmap(results === null ? sweep : null, { x: xName, y: yName, metric, reduction });
  const grid = useMemo(
    () =>
      results
        ? buildHeatGrid(results, axes.x, axes.y, metric, reduction)
        : toHeatGrid(laidOut.data, xName, yName),
    [results, axes, metric, reduction, laidOut.data, xName, yName],
  );
  const scale = useMemo(() => makeHeatScale(grid.values, theme), [grid, theme]);
  const cells = useMemo(
    () => ({
      columns: grid.x.values.length,
      lines: grid.y?.values.length ?? 1,
      values: grid.values,
      counts: grid.counts,
    }),
    [grid],
  );
  const asTable = isTable && cells.values.length <= MOST_TABLE_CELLS;
  const marks: HeatMark[] = [
    ...(sweep.plateau ? markOf(grid, sweep.plateau.parameters, "plateau") : []),
    ...(sweep.best ? markOf(grid, sweep.best.parameters, "best") : []),
  ];
  const outline = sweep.plateau ? outlineOf(grid, sweep.plateau.ranges) : null;
  const others = sweep.axes.filter(({ name }) => name !== xName && name !== yName);
  const filled = grid.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);

  const where = (place: number) =>
    [
      `${grid.x.name} ${print(grid.x.values[place % cells.columns]!)}`,
      ...(grid.y ? [`${grid.y.name} ${print(grid.y.values[Math.floor(place / cells.columns)]!)}`] : []),
    ].join(", ");
  const describe = (place: number) => {
    const count = grid.counts[place]!;
    if (count === 0) return `${where(place)}: not computed${sweep.status === "succeeded" ? "" : " yet"}`;
    const value = grid.values[place]!;
    return `${where(place)}: ${metricLabel(metric)} ${printMetric(metric, Number.isFinite(value) ? value : null)}${count > 1 ? `, ${reduction} of ${formatCount(count)}` : ""}`;
  };
  /** The set of a place, and its figures as far as they are known here. */
  const setOf = (place: number) => {
    const row = grid.rows[place]!;
    if (results && row >= 0) return { parameters: setAt(results, row), metrics: figuresAt(results, row) };
    // Of a picture that the server laid out a place is one set only where nothing else varies.
    if (results || grid.counts[place] === 0 || others.length > 0) return null;
    const value = grid.values[place]!;
    return {
      parameters: {
        [xName]: grid.x.values[place % cells.columns]!,
        ...(grid.y && { [grid.y.name]: grid.y.values[Math.floor(place / cells.columns)]! }),
      },
      metrics: { [metric]: Number.isFinite(value) ? value : null },
    };
  };
  const noteOf = (place: number) => {
    const row = grid.rows[place]!;
    const notes = [
      ...(grid.counts[place]! > 1 ? [`The best of ${formatPlural(grid.counts[place]!, "set")} here.`] : []),
      ...(results && row >= 0 && !keepsLimits(results, row, sweep.constraints)
        ? ["Breaks the limits of this search."]
        : []),
    ];
    return notes.join(" ") || null;
  };

  const options = sweep.axes.map(({ name }) => ({ value: name, label: name }));
  const chooseX = (next: string) => setNames([next, next === yName ? xName : yName]);
  const chooseY = (next: string) => setNames([next === xName ? (yName ?? xName) : xName, next]);
  const choose =
    <T,>(set: (next: T) => void) =>
    (next: T) => {
      setOpened(null);
      set(next);
    };
  return (
    <Card>
      <CardHeader className="flex-wrap gap-y-2">
        <CardTitle>Heatmap</CardTitle>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {cells.values.length <= MOST_TABLE_CELLS && (
            <ToggleGroup
              type="single"
              aria-label="Show the heatmap as"
              value={asTable ? "table" : "picture"}
              onValueChange={(next) => next && choose(setTable)(next === "table")}
            >
              <ToggleGroupItem value="picture">Picture</ToggleGroupItem>
              <ToggleGroupItem value="table">Table</ToggleGroupItem>
            </ToggleGroup>
          )}
          {sweep.axes.length > 1 && (
            <>
              <Choice id="heat-x" label="Across" value={xName} options={options} onChange={choose(chooseX)} />
              <Choice id="heat-y" label="Up" value={yName!} options={options} onChange={choose(chooseY)} />
            </>
          )}
          <Choice
            id="heat-metric"
            label="Colour"
            value={metric}
            options={names.map((name) => ({ value: name, label: metricLabel(name) }))}
            onChange={choose(setMetric)}
          />
          {(others.length > 0 || grid.x.edges || grid.y?.edges) && (
            <Choice
              id="heat-reduce"
              label="Cell shows"
              value={reduction}
              options={[
                { value: "best", label: "its best set" },
                { value: "median", label: "their median" },
              ]}
              onChange={choose((next: string) => setReduction(next as Reduction))}
            />
          )}
        </div>
      </CardHeader>
      <CardContent className="grid grid-cols-1 gap-2">
        {asTable ? (
          <HeatmapTable
            label={`${metricLabel(metric)} over ${grid.x.name}${grid.y ? ` and ${grid.y.name}` : ""}`}
            corner={grid.y ? `${grid.y.name} ↓ ${grid.x.name} →` : grid.x.name}
            columns={grid.x.values.map(print)}
            rows={tableRows(grid)}
            format={(value) => printMetric(metric, value)}
            centre={scale?.isDiverging ? 0 : undefined}
            className="max-h-110 overflow-y-auto"
          />
        ) : (
          <>
            <HeatLegend
              scale={scale}
              title={metricLabel(metric)}
              format={(value) => printMetric(metric, value)}
              marks={[...new Set(marks.map(({ kind }) => kind))]}
              hasOutline={outline !== null}
            />
            <Heatmap
              label={`Heatmap of ${metricLabel(metric)} over ${grid.x.name}${grid.y ? ` and ${grid.y.name}` : ""}`}
              summary={`${formatCount(filled)} of ${formatCount(cells.values.length)} cells are computed.${
                scale
                  ? ` ${metricLabel(metric)} from ${printMetric(metric, scale.low)} to ${printMetric(metric, scale.high)}.`
                  : ""
              }${sweep.plateau ? ` The best plateau lies around ${describeSet(sweep.plateau.parameters)}.` : ""} The table of the best sets has the same figures.`}
              cells={cells}
              scale={scale}
              xTitle={grid.x.name}
              yTitle={grid.y?.name ?? null}
              xLabels={grid.x.values.map(print)}
              yLabels={grid.y?.values.map(print) ?? []}
              outline={outline}
              marks={marks}
              opened={opened}
              onOpen={setOpened}
              describe={describe}
              renderOpened={(place, anchor, focusId) => {
                const set = setOf(place);
                return (
                  <SetPopover
                    key={place}
                    anchor={anchor}
                    focusId={focusId}
                    set={
                      set && {
                        sweepId: sweep.id,
                        parameters: { ...sweep.fixed, ...set.parameters },
                        metrics: set.metrics,
                        names: results ? names : [metric],
                      }
                    }
                    note={noteOf(place)}
                    empty={
                      grid.counts[place]! > 0
                        ? `${describe(place)}. Of a sweep this large the single sets are in its CSV; a smaller sweep around here opens them.`
                        : undefined
                    }
                    onClose={() => setOpened(null)}
                  />
                );
              }}
            />
          </>
        )}
      </CardContent>
    </Card>
  );
}
