import type { Metadata } from "next";

import { PageHeader } from "@/components/common/page-header";
import { ImportFlow } from "@/features/market/import/import-flow";

export const metadata: Metadata = { title: "Import a CSV" };

export default function ImportPage() {
  return (
    <>
      <PageHeader
        title="Import a CSV"
        description="Bars from a file: what it means is shown before it is stored."
      />
      <ImportFlow />
    </>
  );
}
