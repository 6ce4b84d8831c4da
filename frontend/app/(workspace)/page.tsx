import { PageHeader } from "@/components/common/page-header";

export default function HomePage() {
  return <PageHeader title="Home" />;
}
