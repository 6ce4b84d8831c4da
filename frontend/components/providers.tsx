"use client";

import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";

import { Toaster } from "@/components/ui/sonner";
import { TooltipProvider } from "@/components/ui/tooltip";
import { QueryProvider } from "@/lib/api/query";

export function Providers({ nonce, children }: { nonce?: string; children: ReactNode }) {
  return (
    <ThemeProvider attribute="class" defaultTheme="dark" enableSystem nonce={nonce} disableTransitionOnChange>
      <QueryProvider>
        <TooltipProvider delayDuration={250}>{children}</TooltipProvider>
        <Toaster />
      </QueryProvider>
    </ThemeProvider>
  );
}
