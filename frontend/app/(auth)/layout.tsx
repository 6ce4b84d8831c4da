import type { ReactNode } from "react";

import { Logo } from "@/components/common/logo";
import { OfflineBanner } from "@/components/common/offline-banner";

export default function SignInLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <OfflineBanner />
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-4 py-10">
        <div className="mb-6 flex items-center gap-2.5">
          <Logo className="size-8" />
          <span className="text-lg font-semibold tracking-tight">Flowrex</span>
        </div>
        {children}
      </main>
    </div>
  );
}
