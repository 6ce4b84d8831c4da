import { Compass } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";

import { EmptyState } from "@/components/common/empty-state";
import { Button } from "@/components/ui/button";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState
        icon={Compass}
        heading="h1"
        title="There is no page here"
        action={
          <Button asChild size="sm">
            <Link href="/">Go home</Link>
          </Button>
        }
      >
        The address may be mistyped, or what stood here was deleted.
      </EmptyState>
    </main>
  );
}
