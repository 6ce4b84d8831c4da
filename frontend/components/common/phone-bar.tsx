"use client";

import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";

import { isHere, PLACES } from "@/components/common/navigation";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { cn } from "@/lib/cn";

const ON_BAR = PLACES.filter((place) => place.isOnPhoneBar);
const MORE = PLACES.filter((place) => !place.isOnPhoneBar);

const stopClasses =
  "focus-inset flex h-14 min-w-0 flex-col items-center justify-center gap-0.5 text-2xs text-muted-foreground";
const hereClasses = "text-foreground [&_svg]:text-primary";

/** The places at the foot of a phone: the first five, and the others under "More". */
export function PhoneBar() {
  const pathname = usePathname();
  const hidden = MORE.find(({ href }) => isHere(pathname, href));
  return (
    <nav
      aria-label="Workspace"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-6 border-t bg-card pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {ON_BAR.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isHere(pathname, href) ? "page" : undefined}
          className={cn(stopClasses, isHere(pathname, href) && hereClasses)}
        >
          <Icon className="size-5" strokeWidth={1.75} aria-hidden />
          {label}
        </Link>
      ))}
      <DropdownMenu>
        <DropdownMenuTrigger
          className={cn(stopClasses, hidden && hereClasses)}
          aria-label={hidden ? `More, now ${hidden.label}` : "More"}
        >
          <Ellipsis className="size-5" strokeWidth={1.75} aria-hidden />
          More
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" side="top">
          {MORE.map(({ href, label, icon: Icon }) => (
            <DropdownMenuItem key={href} asChild className="py-2.5">
              <Link href={href} aria-current={isHere(pathname, href) ? "page" : undefined}>
                <Icon aria-hidden /> {label}
              </Link>
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
    </nav>
  );
}
