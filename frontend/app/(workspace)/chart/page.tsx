import type { Metadata } from "next";

import { ChartRoom } from "@/features/chart/components/chart-room";

export const metadata: Metadata = { title: "Chart" };

export default function ChartPage() {
  return <ChartRoom />;
}
