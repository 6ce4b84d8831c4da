"use client";

import { BarList } from "@/components/charts/bar-list";
import { CurvesChart } from "@/components/charts/curves-chart";
import { FanChart } from "@/components/charts/fan-chart";
import { Histogram } from "@/components/charts/histogram";
import type { Picture } from "@/components/charts/pictures";
import { ScatterPlot } from "@/components/charts/scatter-plot";
import { SpansChart } from "@/components/charts/spans-chart";

function Drawing({ picture, currency }: { picture: Picture; currency: string | null }) {
  const common = { label: picture.title, unit: picture.unit, currency };
  switch (picture.kind) {
    case "bars":
      return <BarList {...common} bars={picture.bars} reference={picture.reference} />;
    case "histogram":
      return <Histogram {...common} edges={picture.edges} counts={picture.counts} own={picture.own} />;
    case "fan":
      return <FanChart {...common} time={picture.time} bands={picture.bands} own={picture.own} />;
    case "curves":
      return <CurvesChart {...common} time={picture.time} curves={picture.series} marks={picture.marks} />;
    case "spans":
      return (
        <SpansChart label={picture.title} start={picture.start} end={picture.end} spans={picture.spans} />
      );
    case "scatter":
      return (
        <ScatterPlot
          {...common}
          points={picture.points.flatMap(([x, y]) => (x === null || y === null ? [] : [{ x, y }]))}
          xLabel={picture.x_label}
          yLabel={picture.y_label}
        />
      );
  }
}

/** A picture of a check, under its title. */
export function PictureView({ picture, currency = null }: { picture: Picture; currency?: string | null }) {
  return (
    <section aria-label={picture.title} className="min-w-0 break-inside-avoid">
      <h4 className="mb-1.5 text-xs font-semibold">{picture.title}</h4>
      <Drawing picture={picture} currency={currency} />
    </section>
  );
}
