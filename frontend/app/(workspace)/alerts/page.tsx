import type { Metadata } from "next";

import { AlertsRoom } from "@/features/alerts/components/alerts-room";

export const metadata: Metadata = { title: "Alerts" };

export default function AlertsPage() {
  return <AlertsRoom />;
}
