import { FileUp } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";

import { PageHeader } from "@/components/common/page-header";
import { Button } from "@/components/ui/button";
import { SymbolFinder } from "@/features/feeds/components/symbol-finder";

export const metadata: Metadata = { title: "Add a symbol" };

export default function AddSymbolPage() {
  return (
    <>
      <PageHeader
        title="Add a symbol"
        description="Find it at a provider; its history comes in the background."
        actions={
          <Button asChild size="sm" variant="outline">
            <Link href="/markets/import">
              <FileUp aria-hidden /> Import a CSV
            </Link>
          </Button>
        }
      />
      <SymbolFinder />
    </>
  );
}
