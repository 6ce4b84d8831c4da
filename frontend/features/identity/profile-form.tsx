"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";

import { ErrorNote, ErrorState } from "@/components/common/error-state";
import { TextField } from "@/components/common/form-fields";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import { useMe, useUpdateMe } from "@/features/identity/api";
import { displayNameSchema } from "@/features/identity/schemas";
import type { UserRead } from "@/lib/api/generated";
import { formatDate } from "@/lib/format";
import { z } from "@/lib/zod";

const schema = z.object({ display_name: displayNameSchema });

export function ProfileForm() {
  const me = useMe();
  if (me.error && !me.data) {
    return <ErrorState error={me.error} onRetry={() => void me.refetch()} className="py-4" />;
  }
  if (!me.data) return <Skeleton className="h-24" />;
  return <Profile user={me.data} />;
}

function Profile({ user }: { user: UserRead }) {
  const update = useUpdateMe();
  const form = useForm({ resolver: zodResolver(schema), values: { display_name: user.display_name } });
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-[10rem_minmax(0,1fr)] gap-y-1 text-[0.8125rem]">
        <dt className="text-muted-foreground">E-mail</dt>
        <dd className="break-words">{user.email}</dd>
        <dt className="text-muted-foreground">Role</dt>
        <dd>{user.role === "admin" ? "Administrator" : "Member"}</dd>
        <dt className="text-muted-foreground">Here since</dt>
        <dd className="tabular-nums">{formatDate(user.created_at)}</dd>
      </dl>
      <Form {...form}>
        <form
          noValidate
          className="grid gap-3"
          onSubmit={form.handleSubmit((values) =>
            update.mutate(values, { onSuccess: () => toast.success("Your name is saved") }),
          )}
        >
          <TextField
            control={form.control}
            name="display_name"
            label="Name others see"
            autoComplete="name"
            className="max-w-96"
            aside={
              <Button
                type="submit"
                variant="secondary"
                disabled={!form.formState.isDirty}
                pending={update.isPending}
              >
                Save
              </Button>
            }
          />
          {update.error && <ErrorNote error={update.error} />}
        </form>
      </Form>
    </div>
  );
}
