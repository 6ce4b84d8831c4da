import type { Metadata } from "next";

import { SweepPage } from "@/features/research/components/sweep-page";

export const metadata: Metadata = { title: "Sweep" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <SweepPage key={id} id={id} />;
}
