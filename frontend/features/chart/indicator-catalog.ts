import {
  adx,
  atr,
  bollinger,
  ema,
  highest,
  lowest,
  macd,
  roc,
  rsi,
  sma,
  stdev,
  stochastic,
  wma,
} from "@/features/chart/indicators";

export type BarColumns = {
  time: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  /** Null where the source has none. */
  volume: (number | null)[];
};

export type IndicatorSetting = { label: string; initial: number; min: number; max: number; step: number };

export type IndicatorLine = {
  /** Short name in the legend; empty when the indicator has one line only. */
  label: string;
  values: Float64Array;
  look: "line" | "thin" | "soft" | "dashed" | "histogram";
};

export type IndicatorKind = {
  id: string;
  /** Short name, as in the legend. */
  label: string;
  name: string;
  hint: string;
  /** Drawn over the prices, or in a pane of its own. */
  place: "overlay" | "pane";
  settings: IndicatorSetting[];
  /** Levels worth a line in its pane. */
  levels?: number[];
  compute: (bars: BarColumns, settings: number[]) => IndicatorLine[];
};

const window = (initial: number, max = 1_000, label = "Period"): IndicatorSetting => ({
  label,
  initial,
  min: 1,
  max,
  step: 1,
});

const line = (values: Float64Array, label = "", look: IndicatorLine["look"] = "line"): IndicatorLine => ({
  label,
  values,
  look,
});

export const INDICATORS: readonly IndicatorKind[] = [
  {
    id: "sma",
    label: "SMA",
    name: "Simple moving average",
    hint: "The mean close of the last bars.",
    place: "overlay",
    settings: [window(20)],
    compute: (bars, [period]) => [line(sma(bars.close, period!))],
  },
  {
    id: "ema",
    label: "EMA",
    name: "Exponential moving average",
    hint: "A mean that weighs recent closes more.",
    place: "overlay",
    settings: [window(50)],
    compute: (bars, [period]) => [line(ema(bars.close, period!))],
  },
  {
    id: "wma",
    label: "WMA",
    name: "Weighted moving average",
    hint: "A mean whose weights fall in a straight line.",
    place: "overlay",
    settings: [window(20)],
    compute: (bars, [period]) => [line(wma(bars.close, period!))],
  },
  {
    id: "bb",
    label: "Bollinger",
    name: "Bollinger bands",
    hint: "A mean with bands some standard deviations away.",
    place: "overlay",
    settings: [window(20), { label: "Width", initial: 2, min: 0.1, max: 10, step: 0.1 }],
    compute: (bars, [period, width]) => {
      const bands = bollinger(bars.close, period!, width!);
      return [
        line(bands.upper, "upper", "thin"),
        line(bands.middle, "mid", "dashed"),
        line(bands.lower, "lower", "thin"),
      ];
    },
  },
  {
    id: "hl",
    label: "High/low",
    name: "Highest and lowest",
    hint: "The channel of the last bars' highs and lows.",
    place: "overlay",
    settings: [window(20)],
    compute: (bars, [period]) => [
      line(highest(bars.high, period!), "high", "thin"),
      line(lowest(bars.low, period!), "low", "thin"),
    ],
  },
  {
    id: "rsi",
    label: "RSI",
    name: "Relative strength index",
    hint: "How one-sided recent changes were, 0 to 100.",
    place: "pane",
    settings: [window(14)],
    levels: [30, 70],
    compute: (bars, [period]) => [line(rsi(bars.close, period!))],
  },
  {
    id: "macd",
    label: "MACD",
    name: "Moving average convergence divergence",
    hint: "A fast average minus a slow one, and its signal.",
    place: "pane",
    settings: [window(12, 1_000, "Fast"), window(26, 1_000, "Slow"), window(9, 1_000, "Signal")],
    levels: [0],
    compute: (bars, [fast, slow, signal]) => {
      const result = macd(bars.close, fast!, slow!, signal!);
      return [
        line(result.histogram, "hist", "histogram"),
        line(result.line, "macd"),
        line(result.signal, "signal", "dashed"),
      ];
    },
  },
  {
    id: "atr",
    label: "ATR",
    name: "Average true range",
    hint: "How far the price moves in a bar, in price.",
    place: "pane",
    settings: [window(14)],
    compute: (bars, [period]) => [line(atr(bars.high, bars.low, bars.close, period!))],
  },
  {
    id: "adx",
    label: "ADX",
    name: "Average directional index",
    hint: "How strong a trend is, whichever way, 0 to 100.",
    place: "pane",
    settings: [window(14)],
    levels: [25],
    compute: (bars, [period]) => {
      const result = adx(bars.high, bars.low, bars.close, period!);
      return [line(result.adx, "adx"), line(result.plus, "+di", "soft"), line(result.minus, "−di", "dashed")];
    },
  },
  {
    id: "stoch",
    label: "Stochastic",
    name: "Stochastic %K",
    hint: "Where the close stands in the window's range, 0 to 100.",
    place: "pane",
    settings: [window(14), window(1, 100, "Smooth")],
    levels: [20, 80],
    compute: (bars, [period, smooth]) => [
      line(stochastic(bars.high, bars.low, bars.close, period!, smooth!)),
    ],
  },
  {
    id: "roc",
    label: "ROC",
    name: "Rate of change",
    hint: "Change over the period, in percent.",
    place: "pane",
    settings: [window(10)],
    levels: [0],
    compute: (bars, [period]) => [line(roc(bars.close, period!))],
  },
  {
    id: "stdev",
    label: "Std dev",
    name: "Standard deviation",
    hint: "How widely closes spread, in price.",
    place: "pane",
    settings: [window(20)],
    compute: (bars, [period]) => [line(stdev(bars.close, period!))],
  },
];

const BY_ID = new Map(INDICATORS.map((kind) => [kind.id, kind]));

/** An indicator on the chart: its kind and the settings in the catalog's order. */
export type ChosenIndicator = { id: string; settings: number[] };

export const MAXIMUM_INDICATORS = 8;

export function findIndicator(id: string): IndicatorKind | undefined {
  return BY_ID.get(id);
}

function isAllowed(value: number, setting: IndicatorSetting): boolean {
  return (
    Number.isFinite(value) &&
    value >= setting.min &&
    value <= setting.max &&
    (setting.step < 1 || Number.isInteger(value))
  );
}

/** Settings made whole: what is missing or out of range takes the kind's own value. */
export function completeSettings(kind: IndicatorKind, settings: readonly number[]): number[] {
  return kind.settings.map((setting, i) => {
    const value = settings[i];
    return value !== undefined && isAllowed(value, setting) ? value : setting.initial;
  });
}

/** Reads `sma:20,bb:20:2`. What is not known is left out, doubles count once. */
export function parseIndicators(text: string): ChosenIndicator[] {
  const chosen = new Map<string, ChosenIndicator>();
  for (const part of text.split(",")) {
    const [id, ...numbers] = part.trim().toLowerCase().split(":");
    const kind = id ? findIndicator(id) : undefined;
    if (!kind) continue;
    const indicator = {
      id: kind.id,
      settings: completeSettings(
        kind,
        numbers.map((number) => (number === "" ? Number.NaN : Number(number))),
      ),
    };
    chosen.set(formatIndicator(indicator), indicator);
    if (chosen.size === MAXIMUM_INDICATORS) break;
  }
  return [...chosen.values()];
}

export function formatIndicator({ id, settings }: ChosenIndicator): string {
  return [id, ...settings].join(":");
}

/** "SMA 20", "MACD 12 26 9": the name in the legend. */
export function titleOf({ id, settings }: ChosenIndicator): string {
  return [findIndicator(id)?.label ?? id, ...settings].join(" ");
}
