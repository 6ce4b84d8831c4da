import { TickMarkType, type ChartOptions, type DeepPartial, type Time } from "lightweight-charts";

import { barTimeFormat, type TimeAxis } from "@/features/chart/time-axis";

/** How the library writes times: ticks from the wall-clock keys, the crosshair's label from the real instant. */
export function timeLabels(axis: TimeAxis, timeZone: string | null): DeepPartial<ChartOptions> {
  const full = barTimeFormat(timeZone);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  const clock = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const forms: Record<TickMarkType, Intl.DateTimeFormat> = {
    [TickMarkType.Year]: part({ year: "numeric" }),
    [TickMarkType.Month]: part({ month: "short" }),
    [TickMarkType.DayOfMonth]: part({ day: "numeric" }),
    [TickMarkType.Time]: clock,
    [TickMarkType.TimeWithSeconds]: clock,
  };
  return {
    localization: { timeFormatter: (key: Time) => full(axis.timeOf(key as number)) },
    timeScale: {
      timeVisible: timeZone !== null,
      // Keys are wall-clock times already, so ticks are written as UTC.
      tickMarkFormatter: (key: Time, type: TickMarkType) => forms[type].format((key as number) * 1000),
    },
  };
}
