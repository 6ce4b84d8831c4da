import { Database } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";

import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { BringData } from "@/features/feeds/components/bring-data";
import { InstrumentList } from "@/features/market/components/instrument-list";

export const metadata: Metadata = { title: "Markets" };

export default function MarketsPage() {
  return (
    <>
      <PageHeader
        title="Markets"
        description="What can be charted and tested here."
        actions={
          <>
            <Button asChild size="sm" variant="ghost">
              <Link href="/markets/data">
                <Database aria-hidden /> Data
              </Link>
            </Button>
            <BringData />
          </>
        }
      />
      <InstrumentList />
    </>
  );
}
