"use client";

import { toast } from "@/components/ui/sonner";
import { fileName, writeBarsCsv } from "@/features/chart/bars-csv";
import { readChartColours } from "@/features/chart/chart-colours";
import { framePicture, pictureBlob } from "@/features/chart/chart-picture";
import type { ChartView } from "@/features/chart/chart-view";
import type { View } from "@/features/chart/chart-words";
import type { BarColumns } from "@/features/chart/indicator-catalog";
import type { DrawnIndicator } from "@/features/chart/indicator-series";
import { isIntraday, longInterval, type Interval } from "@/features/chart/intervals";
import { saveAs } from "@/lib/save-as";

/** What the export menu does. */
export function useChartExport({
  chart,
  symbol,
  interval,
  adjust,
  bars,
  view,
  indicators,
  titles,
  compared,
  span,
  source,
}: {
  chart: ChartView | null;
  symbol: string;
  interval: Interval;
  adjust: "splits" | "none";
  bars: BarColumns;
  view: View | null;
  indicators: DrawnIndicator[];
  titles: string[];
  compared: string[];
  /** The stretch in view, in words. */
  span: string;
  /** Where the data comes from, in words; empty when it is the user's own. */
  source: string;
}) {
  async function savePicture() {
    if (!chart) return;
    try {
      const now = new Date().toISOString().slice(0, 16).replace("T", " ");
      const against = compared.length > 0 ? `compared with ${compared.join(", ")}` : "";
      const framed = framePicture(
        chart.takePicture(),
        window.devicePixelRatio,
        {
          title: `${symbol}, ${longInterval(interval)}`,
          detail: [span, adjust === "splits" ? "adjusted for splits" : "raw prices", against, ...titles]
            .filter(Boolean)
            .join(" · "),
          foot: [`Made ${now} UTC with Flowrex`, source].filter(Boolean).join(" · "),
        },
        readChartColours(),
      );
      saveAs(await pictureBlob(framed), fileName(symbol, interval, "png"));
    } catch {
      toast.error("The picture could not be made", { description: "Try again, or make the window smaller." });
    }
  }
  function saveCsv(what: "view" | "all") {
    const stretch: [number?, number?] = what === "view" && view ? [view.from, view.to] : [];
    const text = writeBarsCsv(bars, indicators, titles, isIntraday(interval), ...stretch);
    saveAs(new Blob([text], { type: "text/csv" }), fileName(symbol, interval, "csv"));
  }
  return { savePicture, saveCsv };
}
