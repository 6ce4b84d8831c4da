import type { Metadata } from "next";

import { NewSearchPage } from "@/features/research/components/new-search-page";

export const metadata: Metadata = { title: "New walk-forward" };

export default function Page() {
  return <NewSearchPage kind="walk-forward" />;
}
