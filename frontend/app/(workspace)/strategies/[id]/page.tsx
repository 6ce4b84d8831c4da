import type { Metadata } from "next";

import { StrategyPage } from "@/features/strategies/components/strategy-pages";

export const metadata: Metadata = { title: "Strategy" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <StrategyPage key={id} id={id} />;
}
