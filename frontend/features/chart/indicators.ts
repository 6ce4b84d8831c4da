/**
 * Indicators of the chart, computed in the browser. The definitions are those of the rule language: NaN where
 * undefined, a window that contains NaN is NaN, recursive averages start at the first defined value and
 * restart after a NaN, `ddof` 0, Wilder's smoothing for rma, rsi, atr and adx. Window sums are summed per window, so that
 * a value does not depend on how far back the chart has loaded.
 */

export type Series = ArrayLike<number>;

function filled(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}

function checkWindow(window: number): void {
  if (!Number.isInteger(window) || window < 1)
    throw new RangeError(`A window is a whole number of at least 1, not ${window}`);
}

/** A windowed reduction: `reduce(start, end)` over x[start..end] once the window is full and free of NaN. */
function overWindows(
  x: Series,
  window: number,
  reduce: (start: number, end: number) => number,
): Float64Array {
  checkWindow(window);
  const out = filled(x.length);
  let defined = 0;
  for (let i = 0; i < x.length; i += 1) {
    defined = Number.isNaN(x[i]!) ? 0 : defined + 1;
    if (defined >= window) out[i] = reduce(i - window + 1, i);
  }
  return out;
}

function sumBetween(x: Series, start: number, end: number): number {
  let total = 0;
  for (let i = start; i <= end; i += 1) total += x[i]!;
  return total;
}

/** Simple moving average. */
export function sma(x: Series, window: number): Float64Array {
  return overWindows(x, window, (start, end) => sumBetween(x, start, end) / window);
}

/** Linearly weighted moving average: the newest value weighs `window`, the oldest 1. */
export function wma(x: Series, window: number): Float64Array {
  const weights = (window * (window + 1)) / 2;
  return overWindows(x, window, (start, end) => {
    let total = 0;
    for (let i = start; i <= end; i += 1) total += x[i]! * (i - start + 1);
    return total / weights;
  });
}

/** Smoothing with a factor, seeded with the mean of the first `window` defined values. */
function smoothed(x: Series, window: number, alpha: number): Float64Array {
  checkWindow(window);
  const out = filled(x.length);
  let defined = 0;
  let seed = 0;
  let last = Number.NaN;
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i]!;
    if (Number.isNaN(value)) {
      defined = 0;
      seed = 0;
      continue;
    }
    defined += 1;
    if (defined < window) {
      seed += value;
      continue;
    }
    last = defined === window ? (seed + value) / window : last + alpha * (value - last);
    out[i] = last;
  }
  return out;
}

/** Exponential moving average, alpha 2 / (window + 1). */
export function ema(x: Series, window: number): Float64Array {
  return smoothed(x, window, 2 / (window + 1));
}

/** Wilder's moving average, alpha 1 / window. */
export function rma(x: Series, window: number): Float64Array {
  return smoothed(x, window, 1 / window);
}

/** Standard deviation of a window, ddof 0. */
export function stdev(x: Series, window: number): Float64Array {
  return overWindows(x, window, (start, end) => {
    const mean = sumBetween(x, start, end) / window;
    let squares = 0;
    for (let i = start; i <= end; i += 1) squares += (x[i]! - mean) ** 2;
    return Math.sqrt(squares / window);
  });
}

/** Bollinger bands: the window's mean, and `width` standard deviations above and below it. */
export function bollinger(
  x: Series,
  window: number,
  width: number,
): { middle: Float64Array; upper: Float64Array; lower: Float64Array } {
  const middle = sma(x, window);
  const deviation = stdev(x, window);
  return {
    middle,
    upper: middle.map((mean, i) => mean + width * deviation[i]!),
    lower: middle.map((mean, i) => mean - width * deviation[i]!),
  };
}

function changes(x: Series): Float64Array {
  const out = filled(x.length);
  for (let i = 1; i < x.length; i += 1) out[i] = x[i]! - x[i - 1]!;
  return out;
}

/** Wilder's relative strength index, 0 to 100; 0 where nothing moved at all. */
export function rsi(x: Series, window: number): Float64Array {
  const change = changes(x);
  const gains = rma(
    change.map((value) => (value < 0 ? 0 : value)),
    window,
  );
  const losses = rma(
    change.map((value) => (value > 0 ? 0 : -value)),
    window,
  );
  return gains.map((gain, i) => {
    const total = gain + losses[i]!;
    return total === 0 ? 0 : (100 * gain) / total;
  });
}

/** Moving average convergence divergence: fast minus slow average, its signal line, and their difference. */
export function macd(
  x: Series,
  fast: number,
  slow: number,
  signal: number,
): { line: Float64Array; signal: Float64Array; histogram: Float64Array } {
  const [quick, steady] = fast < slow ? [fast, slow] : [slow, fast];
  const slowAverage = ema(x, steady);
  const fastAverage = emaSeededAt(x, quick, steady);
  const line = fastAverage.map((value, i) => value - slowAverage[i]!);
  const signalLine = ema(line, signal);
  return { line, signal: signalLine, histogram: line.map((value, i) => value - signalLine[i]!) };
}

/** An ema whose seed is the mean of the `window` values before the slow average's first one, as MACD wants it. */
function emaSeededAt(x: Series, window: number, start: number): Float64Array {
  const delayed = Float64Array.from(x);
  let run = 0;
  for (let i = 0; i < x.length; i += 1) {
    run = Number.isNaN(x[i]!) ? 0 : run + 1;
    if (run > 0 && run <= start - window) delayed[i] = Number.NaN;
  }
  return ema(delayed, window);
}

/** True range; undefined on the first bar, which has no close before it. */
export function trueRange(high: Series, low: Series, close: Series): Float64Array {
  const out = filled(high.length);
  for (let i = 1; i < high.length; i += 1) {
    const before = close[i - 1]!;
    out[i] = Math.max(high[i]! - low[i]!, Math.abs(high[i]! - before), Math.abs(low[i]! - before));
  }
  return out;
}

/** Wilder's average true range, in price. */
export function atr(high: Series, low: Series, close: Series, window: number): Float64Array {
  return rma(trueRange(high, low, close), window);
}

/** The place of the close between the window's lowest low and highest high, 0 to 100, smoothed; 0 where they meet. */
export function stochastic(
  high: Series,
  low: Series,
  close: Series,
  window: number,
  smooth = 1,
): Float64Array {
  const top = highest(high, window);
  const bottom = lowest(low, window);
  const place = top.map((value, i) => {
    const height = value - bottom[i]!;
    return height === 0 ? 0 : (100 * (close[i]! - bottom[i]!)) / height;
  });
  return sma(place, smooth);
}

/** The largest value of the window, the current bar included. */
export function highest(x: Series, window: number): Float64Array {
  return overWindows(x, window, (start, end) => {
    let top = x[start]!;
    for (let i = start + 1; i <= end; i += 1) top = Math.max(top, x[i]!);
    return top;
  });
}

/** The smallest value of the window, the current bar included. */
export function lowest(x: Series, window: number): Float64Array {
  return overWindows(x, window, (start, end) => {
    let bottom = x[start]!;
    for (let i = start + 1; i <= end; i += 1) bottom = Math.min(bottom, x[i]!);
    return bottom;
  });
}

/** Rate of change over `window` bars, in percent. */
export function roc(x: Series, window: number): Float64Array {
  checkWindow(window);
  const out = filled(x.length);
  for (let i = window; i < x.length; i += 1) {
    const before = x[i - window]!;
    out[i] = before === 0 ? Number.NaN : (x[i]! / before - 1) * 100;
  }
  return out;
}

/** Wilder's average directional index, 0 to 100, with the two directional indicators it comes from. */
export function adx(
  high: Series,
  low: Series,
  close: Series,
  window: number,
): { adx: Float64Array; plus: Float64Array; minus: Float64Array } {
  const range = wilderSum(trueRange(high, low, close), window);
  const up = filled(high.length);
  const down = filled(high.length);
  for (let i = 1; i < high.length; i += 1) {
    const rise = high[i]! - high[i - 1]!;
    const fall = low[i - 1]! - low[i]!;
    up[i] = rise > fall && rise > 0 ? rise : 0;
    down[i] = fall > rise && fall > 0 ? fall : 0;
  }
  const rises = wilderSum(up, window);
  const falls = wilderSum(down, window);
  const share = (part: Float64Array) =>
    part.map((value, i) => (range[i] === 0 ? 0 : (100 * value) / range[i]!));
  const plus = share(rises);
  const minus = share(falls);
  const strength = plus.map((value, i) => {
    const total = value + minus[i]!;
    return total === 0 ? 0 : (100 * Math.abs(value - minus[i]!)) / total;
  });
  return { adx: rma(strength, window), plus, minus };
}

/** Wilder's running sum: starts from the first window − 1 values, then loses 1/window of itself with each value. */
function wilderSum(x: Series, window: number): Float64Array {
  checkWindow(window);
  const out = filled(x.length);
  let defined = 0;
  let total = 0;
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i]!;
    if (Number.isNaN(value)) {
      defined = 0;
      total = 0;
      continue;
    }
    defined += 1;
    if (defined < window) {
      total += value;
      continue;
    }
    total = total - total / window + value;
    out[i] = total;
  }
  return out;
}
