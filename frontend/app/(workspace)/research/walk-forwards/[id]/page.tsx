import type { Metadata } from "next";

import { WalkForwardPage } from "@/features/research/components/walk-forward-page";

export const metadata: Metadata = { title: "Walk-forward" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <WalkForwardPage key={id} id={id} />;
}
