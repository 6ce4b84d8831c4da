"use client";

import { useEffect, useEffectEvent, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";

import { EquityView } from "@/features/backtests/equity-view";
import { useChartColours } from "@/features/chart/chart-colours";
import { barTimeFormat, buildTimeAxis } from "@/features/chart/time-axis";
import { usePrintedPicture } from "@/features/chart/use-printed-picture";
import { cn } from "@/lib/cn";
import { formatMoney, formatPercent } from "@/lib/format";
import type { EquityRead } from "@/lib/api/generated";

/** Equity against buying and holding, with the drawdown in a pane of its own. */
export function EquityChart({
  curve,
  timeZone,
  currency,
  scale,
  className,
}: {
  curve: EquityRead;
  timeZone: string | null;
  currency: string | null;
  scale: "linear" | "log";
  className?: string;
}) {
  const id = useId();
  const holder = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EquityView | null>(null);
  const [index, setIndex] = useState<number | null>(null);
  const [spoken, setSpoken] = useState("");
  const colours = useChartColours();
  const axis = useMemo(() => buildTimeAxis(curve.time, timeZone), [curve.time, timeZone]);
  const formatTime = useMemo(() => barTimeFormat(timeZone), [timeZone]);
  const create = useEffectEvent((element: HTMLElement) => new EquityView(element, colours!, setIndex));
  const isReady = colours !== null;

  useEffect(() => {
    if (!isReady || !holder.current) return;
    const made = create(holder.current);
    setView(made);
    return () => {
      made.dispose();
      setView(null);
    };
  }, [isReady]);
  useEffect(() => {
    if (view && colours) view.setColours(colours);
  }, [view, colours]);
  useEffect(() => view?.setCurve(curve, axis, timeZone), [view, curve, axis, timeZone]);
  useEffect(() => view?.setScale(scale), [view, scale]);
  usePrintedPicture(holder, view);

  const money = (value: number) =>
    formatMoney(value, currency, { digits: Math.abs(value) >= 100_000 ? 0 : 2 });
  const describe = (i: number) =>
    `${formatTime(curve.time[i]!)}: this run ${money(curve.equity[i]!)}, buy and hold ${money(curve.benchmark[i]!)}, drawdown ${formatPercent(curve.drawdown[i])}`;

  function steer(event: KeyboardEvent) {
    const step = event.shiftKey ? 20 : 1;
    if (event.key === "ArrowLeft") view?.moveCrosshair(-step);
    else if (event.key === "ArrowRight") view?.moveCrosshair(step);
    else if (event.key === "Escape") view?.placeCrosshair(null);
    else return;
    event.preventDefault();
  }

  const last = curve.time.length - 1;
  const at = index ?? last;
  return (
    <div className={cn("relative isolate", className)}>
      <div
        ref={holder}
        role="application"
        aria-label="Equity, buy and hold, and drawdown"
        aria-describedby={`${id}-summary`}
        tabIndex={0}
        onKeyDown={steer}
        onKeyUp={(event) =>
          /^Arrow(Left|Right)$/.test(event.key) && index !== null && setSpoken(describe(index))
        }
        onBlur={() => view?.placeCrosshair(null)}
        className="focus-inset absolute inset-0 overflow-hidden"
      />
      {last >= 0 && (
        <div
          aria-hidden
          className="pointer-events-none absolute top-1.5 left-2 z-10 flex flex-wrap gap-x-3 pr-16 text-xs leading-5 tabular-nums [text-shadow:0_0_3px_var(--card),0_0_3px_var(--card)]"
        >
          <span className="font-medium">{formatTime(curve.time[at]!)}</span>
          <span>
            <span className="mr-1.5 inline-block h-0.5 w-3 rounded-full bg-primary align-middle" />
            This run {money(curve.equity[at]!)}
          </span>
          <span className="text-muted-foreground">
            <span className="mr-1.5 inline-block w-3 border-t border-dashed border-muted-foreground align-middle" />
            Buy &amp; hold {money(curve.benchmark[at]!)}
          </span>
          <span className="text-down">Drawdown {formatPercent(curve.drawdown[at])}</span>
        </div>
      )}
      <p id={`${id}-summary`} className="sr-only">
        {last >= 0 &&
          `From ${describe(0)}. To ${describe(last)}. Left and right arrows move along the curve.`}
      </p>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
