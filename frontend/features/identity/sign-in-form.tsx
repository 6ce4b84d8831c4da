"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import Link from "next/link";
import { useForm } from "react-hook-form";

import { ErrorNote } from "@/components/common/error-state";
import { TextField } from "@/components/common/form-fields";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { useDemoSignIn, useSignIn, useSignInOptions } from "@/features/identity/api";
import { emailSchema } from "@/features/identity/schemas";
import { useLeaveWhenSignedIn } from "@/features/identity/use-leave-when-signed-in";
import { z } from "@/lib/zod";

const schema = z.object({
  email: emailSchema,
  password: z.string().min(1, "Enter your password."),
});

export function SignInForm() {
  const { leaving, next } = useLeaveWhenSignedIn();
  const { data: options } = useSignInOptions();
  const signIn = useSignIn();
  const demo = useDemoSignIn();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { email: "", password: "" } });
  const error = demo.error ?? signIn.error;
  const query = next === "/" ? "" : `?next=${encodeURIComponent(next)}`;

  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-xl font-semibold">Sign in</h1>
        <p className="mt-1 text-muted-foreground">
          Is this trading idea any good, and can I believe the answer?
        </p>
      </div>
      {options?.demo && (
        <div className="grid gap-2">
          <Button
            size="lg"
            pending={demo.isPending || (leaving && demo.isSuccess)}
            onClick={() => {
              signIn.reset();
              demo.mutate();
            }}
          >
            Continue as demo
          </Button>
          <p className="text-xs text-muted-foreground">
            A workspace with real daily bars, three example rules and one finished run. Nothing to fill in.
          </p>
          <div className="mt-2 flex items-center gap-3 text-xs text-muted-foreground">
            <span className="h-px flex-1 bg-border" />
            or with your account
            <span className="h-px flex-1 bg-border" />
          </div>
        </div>
      )}
      <Form {...form}>
        <form
          noValidate
          className="grid gap-4"
          onSubmit={form.handleSubmit((values) => {
            demo.reset();
            signIn.mutate(values);
          })}
        >
          <TextField
            control={form.control}
            name="email"
            label="E-mail"
            type="email"
            autoComplete="username"
            inputMode="email"
          />
          <TextField
            control={form.control}
            name="password"
            label="Password"
            type="password"
            autoComplete="current-password"
          />
          {error && <ErrorNote error={error} />}
          <Button
            type="submit"
            variant={options?.demo ? "outline" : "default"}
            pending={signIn.isPending || (leaving && signIn.isSuccess)}
          >
            Sign in
          </Button>
        </form>
      </Form>
      {options?.registration !== "closed" && (
        <p className="text-[0.8125rem] text-muted-foreground">
          New here?{" "}
          <Link href={`/sign-up${query}`} className="text-primary underline underline-offset-4">
            Create an account
          </Link>
        </p>
      )}
    </div>
  );
}
