import type { Metadata } from "next";

import { RunListPage } from "@/features/backtests/components/run-list";

export const metadata: Metadata = { title: "Backtests" };

export default function Page() {
  return <RunListPage />;
}
