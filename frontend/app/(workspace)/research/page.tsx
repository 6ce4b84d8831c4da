import type { Metadata } from "next";

import { ResearchPage } from "@/features/research/components/research-list";

export const metadata: Metadata = { title: "Research" };

export default function Page() {
  return <ResearchPage />;
}
