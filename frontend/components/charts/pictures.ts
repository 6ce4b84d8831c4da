import type { CheckRead } from "@/lib/api/generated";

/** A picture of a check, as the API sends it. Times are unix seconds, fractions 0.1 for 10 %. */
export type Picture = NonNullable<CheckRead["pictures"]>[number];
