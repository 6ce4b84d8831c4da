/** Short names for the generated shapes that many rooms speak of. */
import type { BarColumnsRead, InstrumentRead, VerdictRead } from "@/lib/api/generated";

export type { AssetClass, Interval } from "@/lib/api/generated";

export type Instrument = InstrumentRead;
export type Bars = BarColumnsRead;
export type VerdictLevel = VerdictRead["level"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
