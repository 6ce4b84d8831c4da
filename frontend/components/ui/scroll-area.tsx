"use client";

import { ScrollArea as ScrollAreaPrimitive } from "radix-ui";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

export function ScrollArea({
  className,
  children,
  ...props
}: ComponentProps<typeof ScrollAreaPrimitive.Root>) {
  return (
    <ScrollAreaPrimitive.Root className={cn("relative overflow-hidden", className)} {...props}>
      <ScrollAreaPrimitive.Viewport className="focus-inset size-full" tabIndex={0}>
        {children}
      </ScrollAreaPrimitive.Viewport>
      {(["vertical", "horizontal"] as const).map((orientation) => (
        <ScrollAreaPrimitive.Scrollbar
          key={orientation}
          orientation={orientation}
          className={cn(
            "flex touch-none p-px select-none",
            orientation === "vertical" ? "w-2" : "h-2 flex-col",
          )}
        >
          <ScrollAreaPrimitive.Thumb className="relative flex-1 rounded-full bg-input/70" />
        </ScrollAreaPrimitive.Scrollbar>
      ))}
      <ScrollAreaPrimitive.Corner />
    </ScrollAreaPrimitive.Root>
  );
}
