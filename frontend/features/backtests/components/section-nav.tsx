"use client";

import { useEffect, useState } from "react";

import { cn } from "@/lib/cn";

export type PageSection = { id: string; label: string };

/** Links to the parts of a long page; the one in view is marked. */
export function SectionNav({ sections }: { sections: readonly PageSection[] }) {
  const [here, setHere] = useState(sections[0]?.id ?? "");
  useEffect(() => {
    const seen = new Set<string>();
    const watch = new IntersectionObserver(
      (entries) => {
        for (const entry of entries)
          if (entry.isIntersecting) seen.add(entry.target.id);
          else seen.delete(entry.target.id);
        const first = sections.find(({ id }) => seen.has(id));
        if (first) setHere(first.id);
      },
      // A part counts once it has passed the top third of the window.
      { rootMargin: "-15% 0px -55% 0px" },
    );
    for (const { id } of sections) {
      const element = document.getElementById(id);
      if (element) watch.observe(element);
    }
    return () => watch.disconnect();
  }, [sections]);
  return (
    <nav
      aria-label="In this report"
      data-no-picture
      className="sticky top-12 z-20 -mx-3 overflow-x-auto border-b bg-background/95 px-3 md:top-0 md:-mx-6 md:px-6 print:hidden"
    >
      <ul className="flex w-max gap-1 py-1.5">
        {sections.map(({ id, label }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              aria-current={here === id ? "location" : undefined}
              className={cn(
                "focus-inset inline-flex h-7 items-center rounded-sm px-2 text-xs font-medium text-muted-foreground hover:text-foreground",
                here === id && "bg-accent text-foreground",
              )}
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
