"use client";

import { useMemo, useState } from "react";

import { HeatLegend } from "@/components/charts/heat-legend";
import { makeHeatScale } from "@/components/charts/heat-scale";
import { ParallelCoordinates } from "@/components/charts/parallel-coordinates";
import { thinRows, type ParallelAxis } from "@/components/charts/parallel-lines";
import { useHeatTheme } from "@/components/charts/use-heat-theme";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { SetPopover } from "@/features/research/components/set-popover";
import type { Sweep } from "@/features/research/contract";
import { describeSet, print } from "@/features/research/ranges";
import { bestRows, figuresAt, setAt, type Results } from "@/features/research/results";
import { metricLabel, printMetric, wantedMetrics } from "@/features/research/texts";
import { formatCount } from "@/lib/format";

/** More lines than this are a carpet. */
const MOST_LINES = 500;

/** All parameters at once, for a sweep of three or more. */
export function SweepLines({ sweep, results }: { sweep: Sweep; results: Results }) {
  const theme = useHeatTheme();
  const [opened, setOpened] = useState<number | null>(null);
  const { objective } = sweep;
  const figures = results.metrics[objective];
  const ranked = useMemo(() => bestRows(results, objective, results.count), [results, objective]);
  const rows = useMemo(() => thinRows(ranked, MOST_LINES), [ranked]);
  const scale = useMemo(() => (figures ? makeHeatScale(figures, theme) : null), [figures, theme]);
  const axes = useMemo((): ParallelAxis[] => {
    if (!figures || !scale) return [];
    return [
      ...sweep.axes.map((axis) => ({
        name: axis.name,
        label: axis.name,
        min: axis.min,
        max: axis.max,
        values: results.parameters[axis.name]!,
        print,
      })),
      {
        name: `figure ${objective}`,
        label: metricLabel(objective),
        min: scale.low,
        max: scale.high,
        values: figures,
        print: (value: number) => printMetric(objective, value),
      },
    ];
  }, [sweep.axes, results, figures, scale, objective]);
  if (axes.length === 0 || !figures) return null;

  const describe = (row: number) =>
    `${describeSet(setAt(results, row))}: ${metricLabel(objective)} ${printMetric(objective, figures[row])}`;
  return (
    <Card>
      <CardHeader className="flex-wrap">
        <CardTitle>All parameters at once</CardTitle>
        <span className="text-xs text-muted-foreground">
          {rows.length < ranked.length
            ? `${formatCount(rows.length)} of ${formatCount(ranked.length)} sets: the best ones, and a spread of the rest`
            : "One line for each set"}
        </span>
      </CardHeader>
      <CardContent className="grid grid-cols-1 gap-2">
        <HeatLegend
          scale={scale}
          title={metricLabel(objective)}
          format={(value) => printMetric(objective, value)}
          hasMissing={false}
        />
        <ParallelCoordinates
          label={`Sets over ${sweep.axes.map(({ name }) => name).join(", ")}`}
          summary={rows.length ? `Best: ${describe(rows[0]!)}.` : "No set has a figure yet."}
          axes={axes}
          rows={rows}
          figures={figures}
          scale={scale}
          opened={opened}
          onOpen={setOpened}
          describe={describe}
          renderOpened={(row, anchor, focusId) => (
            <SetPopover
              key={row}
              anchor={anchor}
              focusId={focusId}
              set={{
                sweepId: sweep.id,
                parameters: { ...sweep.fixed, ...setAt(results, row) },
                metrics: figuresAt(results, row),
                names: wantedMetrics(objective),
              }}
              onClose={() => setOpened(null)}
            />
          )}
        />
      </CardContent>
    </Card>
  );
}
