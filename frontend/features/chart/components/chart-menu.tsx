"use client";

import { Download, Globe } from "lucide-react";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import {
  AXIS_ZONES,
  chooseAxisZone,
  describeZone,
  useAxisZone,
  type AxisZone,
} from "@/features/chart/axis-zone";

const SHORT: Record<AxisZone, string> = { exchange: "Exchange", utc: "UTC", local: "Local" };

/** Whose clock the time axis shows. */
export function ZoneMenu({ exchangeZone }: { exchangeZone: string }) {
  const zone = useAxisZone();
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="sm"
          title="Time zone of the axis"
          className="px-2 text-xs text-muted-foreground max-sm:h-9"
        >
          <Globe className="size-3.5!" aria-hidden />
          <span className="sr-only">Time zone of the axis: </span>
          <span className="max-sm:sr-only">{SHORT[zone]}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>Times on the chart</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={zone} onValueChange={(next) => chooseAxisZone(next as AxisZone)}>
          {AXIS_ZONES.map((one) => (
            <DropdownMenuRadioItem key={one} value={one}>
              {describeZone(one, exchangeZone)}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export function ExportMenu({
  onPicture,
  onCsv,
}: {
  onPicture: () => void;
  onCsv: (what: "view" | "all") => void;
}) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="ghost"
          size="sm"
          className="px-2 text-muted-foreground max-sm:h-9 max-sm:w-8 max-sm:p-0"
          aria-label="Export the chart"
          title="Export the chart"
        >
          <Download className="size-3.5!" aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={onPicture}>Picture (PNG)</DropdownMenuItem>
        <DropdownMenuItem onSelect={() => onCsv("view")}>Bars in view (CSV)</DropdownMenuItem>
        <DropdownMenuItem onSelect={() => onCsv("all")}>All loaded bars (CSV)</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
