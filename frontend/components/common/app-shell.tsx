"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { Logo } from "@/components/common/logo";
import { LiveStatusMark } from "@/components/common/live-status";
import { isHere, PLACES } from "@/components/common/navigation";
import { OfflineBanner } from "@/components/common/offline-banner";
import { PhoneBar } from "@/components/common/phone-bar";
import { cn } from "@/lib/cn";

/**
 * The frame of the workspace: a rail on the left, and on a phone a bar at the bottom.
 * `menu` is the user's menu, `bell` says what alerts fired, `palette` opens the command palette.
 */
export function AppShell({
  menu,
  bell,
  palette,
  children,
}: {
  menu: ReactNode;
  bell: ReactNode;
  palette: ReactNode;
  children: ReactNode;
}) {
  const pathname = usePathname();
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[3.5rem_minmax(0,1fr)] xl:grid-cols-[12rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 hidden h-dvh flex-col gap-1 bg-card px-2 py-3 md:flex">
        <Link
          href="/"
          className="mb-3 flex items-center gap-2 rounded-md px-2 py-1"
          aria-label="Flowrex, home"
        >
          <Logo className="size-6" />
          <span className="hidden text-[0.9375rem] font-semibold tracking-tight xl:inline">Flowrex</span>
        </Link>
        <nav aria-label="Workspace" className="grid gap-0.5">
          {PLACES.map(({ href, label, icon: Icon }) => (
            <Link
              key={href}
              href={href}
              title={label}
              aria-current={isHere(pathname, href) ? "page" : undefined}
              className={cn(
                "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-[0.8125rem] font-medium text-muted-foreground hover:bg-accent hover:text-foreground",
                isHere(pathname, href) && "bg-accent text-foreground [&_svg]:text-primary",
              )}
            >
              <Icon className="size-4.5 shrink-0" strokeWidth={1.75} aria-hidden />
              <span className="sr-only xl:not-sr-only">{label}</span>
            </Link>
          ))}
        </nav>
        <div className="mt-auto grid gap-1">
          <LiveStatusMark className="h-7 px-3.5" isNarrow />
          {palette}
          {bell}
          {menu}
        </div>
      </header>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-12 items-center justify-between bg-card px-3 md:hidden">
          <Link href="/" className="flex items-center gap-2 rounded-md p-1" aria-label="Flowrex, home">
            <Logo className="size-6" />
            <span className="text-[0.9375rem] font-semibold tracking-tight">Flowrex</span>
          </Link>
          <div className="flex items-center gap-1">
            <LiveStatusMark className="mr-1 gap-1.5" />
            {palette}
            {bell}
            {menu}
          </div>
        </header>
        <OfflineBanner />
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[100rem] flex-1 px-3 pt-4 pb-20 outline-none md:px-6 md:pt-5 md:pb-8"
        >
          {children}
        </main>
      </div>
      <PhoneBar />
    </div>
  );
}
