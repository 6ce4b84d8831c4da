import type { Metadata } from "next";

import { NewAlertPage } from "@/features/alerts/components/new-alert-page";

export const metadata: Metadata = { title: "New alert" };

export default function Page() {
  return <NewAlertPage />;
}
