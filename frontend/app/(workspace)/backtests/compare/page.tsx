import type { Metadata } from "next";

import { ComparePage } from "@/features/backtests/components/compare-page";

export const metadata: Metadata = { title: "Compare runs" };

export default function Page() {
  return <ComparePage />;
}
