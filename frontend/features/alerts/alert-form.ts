import type { ConditionBody } from "@/features/alerts/api";
import type { AlertCreate, AlertRead, FiringRead } from "@/lib/api/generated";
import { isInterval } from "@/features/chart/intervals";
import type { Interval } from "@/lib/api/contract";

export type ConditionKind = "rule" | "price" | "drawing";

/** What the form holds: texts as they are typed. */
export interface AlertDraft {
  symbol: string | null;
  interval: Interval;
  name: string;
  kind: ConditionKind;
  source: string;
  level: string;
  direction: "crosses" | "crosses_above" | "crosses_below";
  drawingId: string;
  drawingDirection: "crosses" | "crosses_above" | "crosses_below" | "enters" | "leaves";
  on: "closed_bar" | "tick";
  repeat: "once" | "every";
  coolDownMinutes: string;
  webhookUrl: string;
}

export const FIRST_RULE = "crossover(close, sma(close, 50))";

export const DIRECTION_WORDS: Record<AlertDraft["drawingDirection"], string> = {
  crosses: "crosses",
  crosses_above: "crosses above",
  crosses_below: "crosses below",
  enters: "enters",
  leaves: "leaves",
};

const EMPTY: AlertDraft = {
  symbol: null,
  interval: "1day",
  name: "",
  kind: "price",
  source: FIRST_RULE,
  level: "",
  direction: "crosses",
  drawingId: "",
  drawingDirection: "crosses",
  on: "closed_bar",
  repeat: "once",
  coolDownMinutes: "0",
  webhookUrl: "",
};

/** A new draft, as far as a link such as /alerts/new?symbol=AAPL&interval=1day&drawing=… says it. */
export function draftOfLink(link: URLSearchParams): AlertDraft {
  const interval = link.get("interval");
  const drawing = link.get("drawing");
  const level = link.get("level");
  return {
    ...EMPTY,
    symbol: link.get("symbol")?.toUpperCase() || null,
    ...(isInterval(interval) && { interval }),
    ...(level && Number.isFinite(Number(level)) && { level }),
    ...(drawing && { kind: "drawing" as const, drawingId: drawing }),
  };
}

export function draftOf(alert: AlertRead): AlertDraft {
  const { condition } = alert;
  return {
    ...EMPTY,
    symbol: alert.symbol,
    interval: alert.interval,
    name: alert.name === alert.words ? "" : alert.name,
    kind: condition.kind,
    ...(condition.kind === "rule" && { source: condition.source }),
    ...(condition.kind === "price" && {
      level: String(condition.level),
      direction: condition.direction as AlertDraft["direction"],
    }),
    ...(condition.kind === "drawing" && {
      drawingId: condition.drawing_id,
      drawingDirection: condition.direction,
    }),
    on: alert.on,
    repeat: alert.repeat,
    coolDownMinutes: String(alert.cooldown_seconds / 60),
    webhookUrl: alert.webhook?.url ?? "",
  };
}

/** A price as it is typed, or as the chart writes it: 45,700.5 and 45700,5 are the same. */
export function readPrice(text: string): number | null {
  const bare = text.trim();
  const isGrouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(bare);
  const price = Number(isGrouped ? bare.replaceAll(",", "") : bare.replace(",", "."));
  return bare !== "" && Number.isFinite(price) && price > 0 ? price : null;
}

/** The condition that a draft says, or null while it says none. */
export function conditionOf(draft: AlertDraft): ConditionBody | null {
  if (draft.kind === "rule")
    return draft.source.trim() === "" ? null : { kind: "rule", source: draft.source };
  if (draft.kind === "drawing")
    return draft.drawingId === ""
      ? null
      : { kind: "drawing", drawing_id: draft.drawingId, direction: draft.drawingDirection };
  const level = readPrice(draft.level);
  return level === null ? null : { kind: "price", level, direction: draft.direction };
}

/** What a field of the form is wrong about. */
export interface Mistake {
  field: "symbol" | "condition" | "coolDown" | "webhook";
  words: string;
}

/** What to save, or what is still missing. */
export function bodyOf(draft: AlertDraft): { body: AlertCreate } | { missing: Mistake } {
  if (draft.symbol === null) return { missing: { field: "symbol", words: "Choose an instrument." } };
  const condition = conditionOf(draft);
  if (condition === null) {
    const words = {
      rule: "Write a condition.",
      price: "Give a price above zero, such as 45,700.5.",
      drawing: "Choose a drawing.",
    }[draft.kind];
    return { missing: { field: "condition", words } };
  }
  const minutes = Number(draft.coolDownMinutes.replace(",", ".") || "0");
  if (!Number.isFinite(minutes) || minutes < 0)
    return { missing: { field: "coolDown", words: "Give the pause in minutes." } };
  const url = draft.webhookUrl.trim();
  return {
    body: {
      symbol: draft.symbol,
      interval: draft.interval,
      condition,
      ...(draft.name.trim() !== "" && { name: draft.name.trim() }),
      on: draft.on,
      repeat: draft.repeat,
      cooldown_seconds: draft.repeat === "every" ? Math.round(minutes * 60) : 0,
      webhook: url === "" ? null : { url },
    },
  };
}

const INTERVAL_SECONDS: Record<Interval, number> = {
  "1min": 60,
  "5min": 300,
  "15min": 900,
  "30min": 1_800,
  "45min": 2_700,
  "1h": 3_600,
  "2h": 7_200,
  "4h": 14_400,
  "1day": 86_400,
  "1week": 7 * 86_400,
  "1month": 30 * 86_400,
};

/** The chart around the bar that fired: some bars before it and some after. */
export function chartLinkOf(firing: Pick<FiringRead, "symbol" | "interval" | "bar">): string {
  const at = Date.parse(firing.bar.time) / 1_000;
  const seconds = INTERVAL_SECONDS[firing.interval];
  const instant = (time: number) => new Date(time * 1_000).toISOString().replace(".000Z", "Z");
  const query = new URLSearchParams({
    symbol: firing.symbol,
    interval: firing.interval,
    from: instant(at - 80 * seconds),
    to: instant(at + 20 * seconds),
  });
  return `/chart?${query}`;
}
