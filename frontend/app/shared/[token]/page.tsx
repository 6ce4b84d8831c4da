import type { Metadata } from "next";

import { SharedReportPage } from "@/features/backtests/components/shared-report-page";

export const metadata: Metadata = {
  title: "Shared report",
  robots: { index: false, follow: false, nocache: true },
  // The address is the key: no page that is linked from here learns it.
  referrer: "no-referrer",
};

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  return <SharedReportPage token={token} />;
}
