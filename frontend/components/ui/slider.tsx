"use client";

import { Slider as SliderPrimitive } from "radix-ui";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

/** One value on a range; `label` names the thumb. */
export function Slider({
  className,
  label,
  ...props
}: Omit<ComponentProps<typeof SliderPrimitive.Root>, "aria-label"> & { label: string }) {
  return (
    <SliderPrimitive.Root
      className={cn("relative flex h-5 w-full touch-none items-center select-none", className)}
      {...props}
    >
      <SliderPrimitive.Track className="relative h-1 w-full rounded-full bg-input/50">
        <SliderPrimitive.Range className="absolute h-full rounded-full bg-primary" />
      </SliderPrimitive.Track>
      <SliderPrimitive.Thumb
        aria-label={label}
        className="block size-4 rounded-full border-2 border-primary bg-background data-[disabled]:opacity-50"
      />
    </SliderPrimitive.Root>
  );
}
