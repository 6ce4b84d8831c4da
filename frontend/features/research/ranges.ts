import { decimalsOf, readNumber } from "@/features/backtests/run-settings";
import type { Axis, ParameterSet, SearchMethod } from "@/features/research/contract";
import type { ParameterRead, SteppedRange } from "@/lib/api/generated";
import { formatCount, formatNumber } from "@/lib/format";

/** What the form holds for one parameter, as it is typed. A parameter that is not varied keeps `fixed`. */
export type RangeTexts = { isVaried: boolean; min: string; max: string; step: string; fixed: string };
export type Ranges = Record<string, RangeTexts>;

/** A first search is over in seconds with this many sets and still shows a shape. */
export const FIRST_GRID_SETS = 1_000;
/** More varied parameters than this and a grid of few steps says little. */
const FIRST_VARIED = 3;
/** What one sweep may hold; the server refuses more. */
export const MOST_SETS = 1_000_000;

/** Steps add up to 0.30000000000000004 without rounding. */
function tidy(value: number): number {
  return Number(value.toFixed(8));
}

/** How many values from `min` to `max` by `step`, both ends included where the steps meet them; 0 when there is none. */
export function countValues(min: number, max: number, step: number): number {
  if (!(min <= max)) return 0;
  if (min === max) return 1;
  if (!(step > 0)) return 0;
  return Math.floor((max - min) / step + 1e-9) + 1;
}

/** The smallest multiple of the parameter's own step that leaves at most `most` values. */
function coarseStep({ min, max, step }: ParameterRead, most: number): number {
  const all = countValues(min, max, step);
  if (all <= most) return step;
  return tidy(step * Math.ceil((all - 1) / Math.max(1, most - 1)));
}

/** Ranges to begin with: the first parameters over their whole width, in steps that a first search bears. */
export function firstRanges(parameters: readonly ParameterRead[], set: Readonly<ParameterSet> = {}): Ranges {
  const varied = parameters.filter(({ min, max }) => min < max).slice(0, FIRST_VARIED);
  const each = Math.max(2, Math.floor(FIRST_GRID_SETS ** (1 / Math.max(1, varied.length))));
  return Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      {
        isVaried: varied.includes(parameter),
        min: String(parameter.min),
        max: String(parameter.max),
        step: String(coarseStep(parameter, each)),
        fixed: String(set[parameter.name] ?? parameter.default),
      },
    ]),
  );
}

/** The texts that were typed, for the parameters that the rule has now; new ones begin with their own. */
export function keepRanges(parameters: readonly ParameterRead[], typed: Ranges): Ranges {
  const first = firstRanges(parameters);
  return Object.fromEntries(parameters.map(({ name }) => [name, typed[name] ?? first[name]!]));
}

export type RangeProblem = { field: keyof Omit<RangeTexts, "isVaried">; message: string };

/** What is wrong with the texts of one parameter; null when they can be searched. */
export function findRangeProblem(parameter: ParameterRead, texts: RangeTexts): RangeProblem | null {
  const limits = `${print(parameter.min)} to ${print(parameter.max)}`;
  const isInside = (value: number) => value >= parameter.min && value <= parameter.max;
  if (!texts.isVaried)
    return isInside(readNumber(texts.fixed))
      ? null
      : { field: "fixed", message: `${parameter.name} goes from ${limits}.` };
  const [min, max, step] = [texts.min, texts.max, texts.step].map(readNumber) as [number, number, number];
  if (!isInside(min)) return { field: "min", message: `${parameter.name} goes from ${limits}.` };
  if (!isInside(max)) return { field: "max", message: `${parameter.name} goes from ${limits}.` };
  if (min > max) return { field: "max", message: "The end lies before the start." };
  if (!(step > 0)) return { field: "step", message: "A step is more than 0." };
  return null;
}

export function print(value: number): string {
  return formatNumber(value, { digits: decimalsOf(value) });
}

/** How many values the texts of a varied parameter name; 0 while they name none. */
export function countOf(texts: RangeTexts): number {
  return texts.isVaried
    ? countValues(readNumber(texts.min), readNumber(texts.max), readNumber(texts.step))
    : 1;
}

/** How many sets a search of these ranges tries: the grid's product, or what was asked for where that is less. */
export function countSets(ranges: Ranges, method: SearchMethod, asked: number): number {
  const grid = Object.values(ranges).reduce((product, texts) => product * countOf(texts), 1);
  return method === "grid" ? grid : Math.min(grid, asked);
}

/** The request's side: ranges of the varied parameters, values of those that are kept off their default. */
export function toRangeRequest(
  parameters: readonly ParameterRead[],
  ranges: Ranges,
): { ranges: Record<string, SteppedRange>; fixed: ParameterSet } {
  const asked: Record<string, SteppedRange> = {};
  const fixed: ParameterSet = {};
  for (const { name, default: initial } of parameters) {
    const texts = ranges[name];
    if (!texts) continue;
    if (texts.isVaried)
      asked[name] = { min: readNumber(texts.min), max: readNumber(texts.max), step: readNumber(texts.step) };
    else if (readNumber(texts.fixed) !== initial) fixed[name] = readNumber(texts.fixed);
  }
  return { ranges: asked, fixed };
}

/** "fast 5 to 50 (46 values) × slow 20 to 200 (19 values)" */
export function describeAxes(axes: readonly Axis[]): string {
  return axes
    .map(
      ({ name, min, max, count }) =>
        `${name} ${print(min)} to ${print(max)}${count > 0 ? ` (${formatCount(count)})` : ""}`,
    )
    .join(" × ");
}

/** "fast 12, slow 60" */
export function describeSet(parameters: Readonly<ParameterSet>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${print(value)}`)
    .join(", ");
}
