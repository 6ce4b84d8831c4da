"use client";

import { useSyncExternalStore } from "react";

/** Whose clock the time axis of bars within the day shows; remembered in this browser. */
export const AXIS_ZONES = ["exchange", "utc", "local"] as const;
export type AxisZone = (typeof AXIS_ZONES)[number];

const KEY = "flowrex.chart.zone";
const listeners = new Set<() => void>();
let current: AxisZone | null = null;

function read(): AxisZone {
  if (current) return current;
  try {
    current = AXIS_ZONES.find((zone) => zone === localStorage.getItem(KEY)) ?? "exchange";
  } catch {
    current = "exchange"; // storage may be switched off
  }
  return current;
}

export function chooseAxisZone(zone: AxisZone): void {
  current = zone;
  try {
    localStorage.setItem(KEY, zone);
  } catch {
    // Then it holds until the page is left.
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAxisZone(): AxisZone {
  return useSyncExternalStore(listen, read, () => "exchange" as const);
}

/** The zone by its name. */
export function resolveZone(zone: AxisZone, exchangeZone: string): string {
  if (zone === "utc") return "UTC";
  return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : exchangeZone;
}

export function describeZone(zone: AxisZone, exchangeZone: string): string {
  const name = resolveZone(zone, exchangeZone).replaceAll("_", " ");
  return { exchange: `Exchange (${name})`, utc: "UTC", local: `This computer (${name})` }[zone];
}
