"use client";

import { LogOut } from "lucide-react";
import type { ReactNode } from "react";

import { PageHeader } from "@/components/common/page-header";
import { ThemeToggle } from "@/components/common/theme-toggle";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { toast } from "@/components/ui/sonner";
import { useSignOut } from "@/features/identity/api";
import { ApiKeys } from "@/features/identity/api-keys";
import { ProfileForm } from "@/features/identity/profile-form";
import { About } from "@/features/settings/about";

function Section({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: ReactNode;
}) {
  return (
    <Card>
      <CardHeader className="block">
        <CardTitle>{title}</CardTitle>
        {description && <CardDescription>{description}</CardDescription>}
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  );
}

export function Settings() {
  const signOut = useSignOut();
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="Settings" />
      <div className="grid gap-4">
        <Section title="Profile">
          <ProfileForm />
        </Section>
        <Section title="Theme" description="Kept in this browser.">
          <ThemeToggle labels />
        </Section>
        <Section
          title="API keys"
          description="For software of yours: a key reads what you can read and changes nothing. Send it as X-API-Key."
        >
          <ApiKeys />
        </Section>
        <Section title="Session" description="Signs you out in every tab of this browser.">
          <Button
            variant="outline"
            size="sm"
            pending={signOut.isPending}
            onClick={() => signOut.mutate(undefined, { onError: (problem) => toast.error(problem.message) })}
          >
            <LogOut aria-hidden /> Sign out
          </Button>
        </Section>
        <Section title="About">
          <About />
        </Section>
      </div>
    </div>
  );
}
