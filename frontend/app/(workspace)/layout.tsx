import { Suspense, type ReactNode } from "react";

import { AppShell } from "@/components/common/app-shell";
import { AlertBell, AlertToasts } from "@/features/alerts/components/alert-bell";
import { AuthGuard } from "@/features/identity/auth-guard";
import { CommandPalette, PaletteButton } from "@/features/palette/command-palette";
import { UserMenu } from "@/features/identity/user-menu";

export default function WorkspaceLayout({ children }: { children: ReactNode }) {
  return (
    <AppShell menu={<UserMenu />} bell={<AlertBell />} palette={<PaletteButton />}>
      <Suspense>
        <AuthGuard>
          {children}
          <CommandPalette />
          <AlertToasts />
        </AuthGuard>
      </Suspense>
    </AppShell>
  );
}
