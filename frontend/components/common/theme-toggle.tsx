"use client";

import { Moon, Sun, SunMoon } from "lucide-react";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";

import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";

const never = () => () => {};

/** True in the browser, false on the server and while hydrating: the theme is known only here. */
export function useMounted(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

const THEMES = [
  { value: "dark", label: "Dark", icon: Moon },
  { value: "light", label: "Light", icon: Sun },
  { value: "system", label: "System", icon: SunMoon },
] as const;

export function ThemeToggle({ labels = false }: { labels?: boolean }) {
  const { theme, setTheme } = useTheme();
  const mounted = useMounted();
  return (
    <ToggleGroup
      type="single"
      aria-label="Theme"
      value={mounted ? (theme ?? "dark") : ""}
      onValueChange={(value) => value && setTheme(value)}
    >
      {THEMES.map(({ value, label, icon: Icon }) => (
        <ToggleGroupItem key={value} value={value} aria-label={label} title={label}>
          <Icon aria-hidden />
          {labels && label}
        </ToggleGroupItem>
      ))}
    </ToggleGroup>
  );
}
