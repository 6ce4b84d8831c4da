import type { Metadata } from "next";

import { PageHeader } from "@/components/common/page-header";
import { BringData } from "@/features/feeds/components/bring-data";
import { Catalogue } from "@/features/feeds/components/catalogue";

export const metadata: Metadata = { title: "Data" };

export default function DataPage() {
  return (
    <>
      <PageHeader
        title="Data"
        description="What is stored, what lacks, how fresh it is and where it comes from."
        actions={<BringData />}
      />
      <Catalogue />
    </>
  );
}
