import {
  BellRing,
  CandlestickChart,
  FlaskConical,
  Grid3x3,
  House,
  Layers,
  ScrollText,
  Star,
  type LucideIcon,
} from "lucide-react";

export interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Stands in a phone's bar, which holds five; the others stand there under "More". */
  isOnPhoneBar?: boolean;
}

/** The rooms of the workspace, in the order of the work. */
export const PLACES: Place[] = [
  { href: "/", label: "Home", icon: House, isOnPhoneBar: true },
  { href: "/markets", label: "Markets", icon: Layers, isOnPhoneBar: true },
  { href: "/watchlists", label: "Watchlist", icon: Star, isOnPhoneBar: true },
  { href: "/chart", label: "Chart", icon: CandlestickChart, isOnPhoneBar: true },
  { href: "/alerts", label: "Alerts", icon: BellRing },
  { href: "/strategies", label: "Strategies", icon: ScrollText, isOnPhoneBar: true },
  { href: "/backtests", label: "Backtests", icon: FlaskConical },
  { href: "/research", label: "Research", icon: Grid3x3 },
];

export function isHere(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
