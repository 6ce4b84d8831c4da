import type { Metadata } from "next";

import { NewStrategyPage } from "@/features/strategies/components/strategy-pages";

export const metadata: Metadata = { title: "New rule" };

export default function Page() {
  return <NewStrategyPage />;
}
