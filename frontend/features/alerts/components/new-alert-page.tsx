"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";

import { draftOfLink } from "@/features/alerts/alert-form";
import { AlertsRoom } from "@/features/alerts/components/alerts-room";

/** The alerts, with a new one begun as the address says: symbol, interval, drawing, level. */
export function NewAlertPage() {
  const link = useSearchParams();
  const [first] = useState(() => draftOfLink(new URLSearchParams(link)));
  return <AlertsRoom first={first} />;
}
