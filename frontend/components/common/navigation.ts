import {
  CandlestickChart,
  FlaskConical,
  Grid3x3,
  House,
  Layers,
  ScrollText,
  type LucideIcon,
} from "lucide-react";

export interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
}

/** The rooms of the workspace, in the order of the work. */
export const PLACES: Place[] = [
  { href: "/", label: "Home", icon: House },
  { href: "/markets", label: "Markets", icon: Layers },
  { href: "/chart", label: "Chart", icon: CandlestickChart },
  { href: "/strategies", label: "Strategies", icon: ScrollText },
  { href: "/backtests", label: "Backtests", icon: FlaskConical },
  { href: "/research", label: "Research", icon: Grid3x3 },
];

export function isHere(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
