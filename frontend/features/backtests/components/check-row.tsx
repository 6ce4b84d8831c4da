"use client";

import { ChevronDown, LoaderCircle } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";

import { PictureView } from "@/components/charts/picture-view";
import { HelpHint } from "@/components/common/help-hint";
import { VerdictBadge } from "@/components/common/verdict-badge";
import { Button } from "@/components/ui/button";
import { usePrinting } from "@/features/backtests/use-print";
import { checkWords, humanise } from "@/features/backtests/verdict-texts";
import type { CheckPartRead, CheckRead } from "@/lib/api/generated";
import { cn } from "@/lib/cn";
import { formatNumber, formatPercent } from "@/lib/format";

const ROW =
  "check-row grid grid-cols-[5.5rem_minmax(0,1fr)] items-start gap-x-3 gap-y-1 px-4 py-2.5 md:grid-cols-[5.5rem_14rem_minmax(0,1fr)_8.5rem] md:px-5";

/** Parts whose figures are fractions; the others are ratios. */
const IN_PERCENT = new Set(["cagr", "drawdown", "loss", "trades"]);

function intervalText(name: string, [low, high]: NonNullable<CheckPartRead["interval"]>): string {
  const print = (value: number | null) =>
    IN_PERCENT.has(name)
      ? formatPercent(value, { digits: 1 })
      : formatNumber(value, { digits: value !== null && Math.abs(value) >= 100 ? 0 : 2 });
  return `9 in 10 between ${print(low)} and ${print(high)}`;
}

function PartRow({ part }: { part: CheckPartRead }) {
  return (
    <li className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 py-1.5">
      <VerdictBadge level={part.level} of="check" className="self-start justify-self-start" />
      <div className="min-w-0 text-[0.8125rem] leading-5">
        <span className="font-medium">{humanise(part.name)}.</span> {part.statement}
        {part.interval && (
          <span className="block text-xs text-muted-foreground tabular-nums">
            {intervalText(part.name, part.interval)}
          </span>
        )}
      </div>
    </li>
  );
}

/** What opens a check's details, by its own count of pictures. */
function openLabel(pictures: number): string {
  return pictures === 0 ? "Show why" : pictures === 1 ? "Show picture" : `Show ${pictures} pictures`;
}

/** One check: how it ended, in a sentence and a figure; its parts, thresholds and pictures open in place. */
export function CheckRow({ check, currency }: { check: CheckRead; currency: string | null }) {
  const id = useId();
  const row = useRef<HTMLLIElement>(null);
  const anchor = `check-${check.name.replaceAll("_", "-")}`;
  const [isOpen, setOpen] = useState(false);
  const isPrinting = usePrinting();
  const words = checkWords(check);
  const parts = check.parts ?? [];
  const pictures = check.pictures ?? [];
  const hasMore = Boolean(check.thresholds) || parts.length > 0 || pictures.length > 0;
  const shows = hasMore && (isOpen || isPrinting);

  useEffect(() => {
    // A link that names the check opens it.
    const open = () => {
      if (window.location.hash !== `#${anchor}`) return;
      setOpen(true);
      row.current?.scrollIntoView({ block: "start" });
    };
    open();
    window.addEventListener("hashchange", open);
    return () => window.removeEventListener("hashchange", open);
  }, [anchor]);

  return (
    <li ref={row} id={anchor} className="scroll-mt-24 md:scroll-mt-14">
      <div className={cn(ROW, "break-inside-avoid")}>
        <VerdictBadge level={check.level} of="check" className="justify-self-start" />
        <div className="min-w-0">
          <h3 className="flex items-center gap-0.5 text-[0.8125rem] leading-5 font-semibold">
            {words.title}
            {words.hint && <HelpHint term={words.title}>{words.hint}</HelpHint>}
          </h3>
          <p className="text-xs text-muted-foreground">{words.question}</p>
        </div>
        <div className="col-span-2 min-w-0 md:col-span-1">
          <p className="text-[0.8125rem] leading-5">{check.statement}</p>
          {hasMore && (
            <Button
              variant="link"
              size="sm"
              aria-expanded={isOpen}
              aria-controls={`${id}-more`}
              aria-label={`${isOpen ? "Hide" : openLabel(pictures.length)}: ${words.title}`}
              onClick={() => setOpen((now) => !now)}
              className="-ml-1 h-6 px-1 text-xs print:hidden"
            >
              {isOpen ? "Hide" : openLabel(pictures.length)}
              <ChevronDown className={cn("size-3.5", isOpen && "rotate-180")} aria-hidden />
            </Button>
          )}
        </div>
        <p className="col-span-2 text-[0.8125rem] md:col-span-1 md:text-right">
          {words.figure && (
            <>
              <span className="font-medium whitespace-nowrap tabular-nums">{words.figure.text}</span>{" "}
              <span className="text-xs text-muted-foreground">{words.figure.unit}</span>
            </>
          )}
        </p>
      </div>
      <div id={`${id}-more`} hidden={!shows}>
        {shows && (
          <div className="check-more grid grid-cols-1 gap-4 bg-muted/30 px-4 pt-1 pb-4 md:px-5 md:pl-[7.5rem] print:bg-transparent">
            {parts.length > 0 && (
              <ul className="divide-y divide-border/60">
                {parts.map((part, i) => (
                  <PartRow key={`${i} ${part.name}`} part={part} />
                ))}
              </ul>
            )}
            {check.thresholds && (
              <p className="text-xs leading-5 text-muted-foreground">
                <span className="font-medium text-foreground">Thresholds.</span> {check.thresholds}
              </p>
            )}
            {pictures.length > 0 && (
              <div
                className={cn("grid grid-cols-1 gap-5", pictures.length > 1 && "report-pair 2xl:grid-cols-2")}
              >
                {pictures.map((picture, i) => (
                  <PictureView key={`${i} ${picture.title}`} picture={picture} currency={currency} />
                ))}
              </div>
            )}
          </div>
        )}
      </div>
    </li>
  );
}

/** A check that is still being made. */
export function PendingCheckRow({ title, question }: { title: string; question: string }) {
  return (
    <li className={cn(ROW, "text-muted-foreground")}>
      <span className="inline-flex items-center gap-1.5 text-xs">
        <LoaderCircle className="size-3.5 animate-spin" aria-hidden /> Checking
      </span>
      <div className="min-w-0">
        <h3 className="text-[0.8125rem] leading-5 font-semibold">{title}</h3>
        <p className="text-xs">{question}</p>
      </div>
    </li>
  );
}
