"use client";

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

import { ChartLink } from "@/features/chart/chart-link";
import { readChartState } from "@/features/chart/chart-state";
import { ChartHeader } from "@/features/chart/components/chart-header";
import { ChartPane } from "@/features/chart/components/chart-pane";
import { GridMenu } from "@/features/chart/components/grid-menu";
import { LayoutsMenu } from "@/features/chart/components/layouts-menu";
import { gridOfLayout, readGrid, type GridShape } from "@/features/chart/grid-state";
import { fetchLayout, useLayouts } from "@/features/chart/layouts";
import { findLastChart, useChartGrid, type ChangeGrid } from "@/features/chart/use-chart-grid";
import { nextView } from "@/features/chart/wished-view";
import { WatchlistPanel } from "@/features/watchlists/components/watchlist-panel";
import { cn } from "@/lib/cn";

/** On a narrow page charts stand in one column, whatever the arrangement. */
const SHAPES: Record<GridShape, string> = {
  "1": "grid-cols-1 grid-rows-1",
  "2": "grid-cols-1 lg:grid-cols-2",
  "2s": "grid-cols-1 md:grid-rows-2",
  "4": "grid-cols-1 lg:grid-cols-2 lg:grid-rows-2",
};

/** Opens what was looked at last when the address says nothing: in this browser, else the layout used last. */
function useLastChart(isBare: boolean, change: ChangeGrid): boolean {
  const [isDecided, setDecided] = useState(!isBare);
  const layouts = useLayouts();
  const last = layouts.data?.find((layout) => layout.is_last_used)?.id;
  const isKnown = layouts.isSuccess || layouts.isError;
  useEffect(() => {
    if (isDecided) return;
    const own = findLastChart();
    if (own !== null) {
      change(() => readGrid(new URLSearchParams(own)), "replace");
      queueMicrotask(() => setDecided(true));
      return;
    }
    if (!isKnown) return;
    const stop = new AbortController();
    void (async () => {
      try {
        const layout = last ? await fetchLayout(last, stop.signal) : null;
        const grid = layout && gridOfLayout(layout.state);
        if (grid && !stop.signal.aborted) change(() => grid, "replace");
      } catch {
        // Then the chart begins with the first instrument.
      }
      if (!stop.signal.aborted) setDecided(true);
    })();
    return () => stop.abort();
  }, [isDecided, isKnown, last, change]);
  return isDecided;
}

const neverChanges = () => () => {};

export function ChartRoom() {
  const [grid, changeGrid, changePane] = useChartGrid();
  const main = grid.panes[grid.active]!;
  const shown = readChartState(new URLSearchParams(main));
  const { symbol } = shown;
  const isDecided = useLastChart(symbol === null, changeGrid);
  // The panel remembers in the browser how it was left: the server cannot know.
  const isBrowser = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  const [link] = useState(() => new ChartLink());

  useEffect(() => {
    document.title = symbol ? `${symbol} chart · Flowrex` : "Chart · Flowrex";
  }, [symbol]);

  const activate = useCallback(
    (index: number) => changeGrid((current) => ({ ...current, active: index }), "replace"),
    [changeGrid],
  );
  const isAlone = grid.shape === "1";

  return (
    <div className="flex min-h-[calc(100dvh-8.5rem)] flex-col gap-3 md:h-[calc(100dvh-3.5rem)] md:min-h-[36rem]">
      <h1 className="sr-only">{symbol ? `Chart of ${symbol}` : "Chart"}</h1>
      <ChartHeader query={main} index={grid.active} changePane={changePane}>
        <div className="flex items-center">
          <GridMenu grid={grid} change={changeGrid} />
          <LayoutsMenu grid={grid} change={changeGrid} />
        </div>
      </ChartHeader>
      {isDecided && (
        <div className="flex min-h-0 flex-1 gap-2">
          <div className={cn("grid min-h-0 min-w-0 flex-1 gap-2", SHAPES[grid.shape])}>
            {grid.panes.map((query, i) => (
              <div key={i} className={cn("flex min-h-0 min-w-0 flex-col", !isAlone && "min-h-72 md:min-h-0")}>
                <ChartPane
                  query={query}
                  index={i}
                  changePane={changePane}
                  isActive={i === grid.active}
                  isAlone={isAlone}
                  onActivate={activate}
                  link={grid.isLinked && !isAlone ? link : null}
                />
              </div>
            ))}
          </div>
          {isBrowser && (
            <WatchlistPanel
              symbol={symbol}
              onChoose={(next) => changePane(grid.active, { symbol: next, ...nextView(grid.active, shown) })}
              className="max-xl:hidden"
            />
          )}
        </div>
      )}
    </div>
  );
}
