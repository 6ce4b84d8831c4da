import type { Metadata } from "next";

import { RunPage } from "@/features/backtests/components/run-page";

export const metadata: Metadata = { title: "Report" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <RunPage key={id} id={id} />;
}
