import { Suspense, type ReactNode } from "react";

import { AppShell } from "@/components/common/app-shell";
import { AuthGuard } from "@/features/identity/auth-guard";
import { CommandPalette, PaletteButton } from "@/features/palette/command-palette";
import { UserMenu } from "@/features/identity/user-menu";

export default function WorkspaceLayout({ children }: { children: ReactNode }) {
  return (
    <AppShell menu={<UserMenu />} palette={<PaletteButton />}>
      <Suspense>
        <AuthGuard>
          {children}
          <CommandPalette />
        </AuthGuard>
      </Suspense>
    </AppShell>
  );
}
