import { INTERVAL_ORDER, SYMBOL } from "@/features/market/labels";
import type { AssetClass } from "@/lib/api/contract";
import { z } from "@/lib/zod";

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

/** The import form; `isAmbiguous`: the file does not say whether day or month comes first. */
export function importSchema(isAmbiguous: boolean) {
  return z.object({
    symbol: z
      .string()
      .trim()
      .toUpperCase()
      .min(1, "Say what it is, like AAPL.")
      .regex(SYMBOL, "Letters, digits and . _ / ^ - only, a letter or digit first, at most 32."),
    interval: z
      .enum(["", ...INTERVAL_ORDER])
      .refine((value) => value !== "", "Choose how much time one bar covers."),
    asset_class: z.enum(["stock", "etf", "index", "forex", "crypto", "commodity", "other"]),
    name: z.string().trim().max(200, "At most 200 characters."),
    timezone: z.string().trim().refine(isTimeZone, "Choose a zone of the list, like America/New_York."),
    day_order: z
      .enum(["", "dmy", "mdy"])
      .refine((value) => !isAmbiguous || value !== "", "Choose, or days and months could be swapped."),
    calendar: z.string(),
    scope: z.enum(["private", "installation"]),
  });
}

/** As it stands in the form, and as it is once the schema has passed it. */
export type ImportInput = z.input<ReturnType<typeof importSchema>>;
export type ImportValues = z.output<ReturnType<typeof importSchema>>;

const CURRENCIES = "USD|EUR|JPY|GBP|CHF|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|TRY|ZAR|MXN|CNH|SGD|HKD|XAU|XAG";
const PAIR = new RegExp(`^(${CURRENCIES})[/_.-]?(${CURRENCIES})$`);
const COIN = /^(BTC|XBT|ETH|SOL|XRP|ADA|DOGE|LTC|BNB|DOT|AVAX)[/_.-]?(USD[TC]?|EUR|GBP|BTC|ETH)?$/;

/** What kind of thing a symbol probably is; the person can say otherwise. */
export function guessAssetClass(symbol: string): AssetClass {
  if (PAIR.test(symbol)) return "forex";
  if (COIN.test(symbol)) return "crypto";
  return "stock";
}
