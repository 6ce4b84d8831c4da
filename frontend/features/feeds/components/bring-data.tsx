import { FileUp, Plus } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";

/** The two ways in which data comes: from a provider, or from a file. */
export function BringData({ query }: { query?: string }) {
  return (
    <>
      <Button asChild size="sm">
        <Link href={query ? `/markets/add?query=${encodeURIComponent(query)}` : "/markets/add"}>
          <Plus aria-hidden /> Add a symbol
        </Link>
      </Button>
      <Button asChild size="sm" variant="outline">
        <Link href="/markets/import">
          <FileUp aria-hidden /> Import a CSV
        </Link>
      </Button>
    </>
  );
}
