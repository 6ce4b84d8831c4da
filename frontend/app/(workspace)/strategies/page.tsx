import type { Metadata } from "next";

import { StrategyListPage } from "@/features/strategies/components/strategy-list";

export const metadata: Metadata = { title: "Strategies" };

export default function Page() {
  return <StrategyListPage />;
}
