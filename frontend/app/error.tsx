"use client";

import { PageFailure } from "@/components/common/page-failure";

export default function ErrorPage(props: Parameters<typeof PageFailure>[0]) {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <PageFailure {...props} />
    </main>
  );
}
