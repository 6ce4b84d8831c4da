"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useForm } from "react-hook-form";

import { ErrorNote } from "@/components/common/error-state";
import { TextField } from "@/components/common/form-fields";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { useSignInOptions, useSignUp } from "@/features/identity/api";
import { displayNameSchema, emailSchema } from "@/features/identity/schemas";
import { useLeaveWhenSignedIn } from "@/features/identity/use-leave-when-signed-in";
import { hasAllPlaced, placeErrors } from "@/lib/api/place-errors";
import { toApiProblem } from "@/lib/api/problem";
import { z } from "@/lib/zod";

const schema = z.object({
  display_name: displayNameSchema,
  email: emailSchema,
  password: z.string().min(8, "At least 8 characters.").max(256, "At most 256 characters."),
});

const FIELDS = Object.keys(schema.shape);

export function SignUpForm() {
  const { leaving, next } = useLeaveWhenSignedIn();
  const { data: options } = useSignInOptions();
  const token = useSearchParams().get("token");
  const signUp = useSignUp(token);
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { display_name: "", email: "", password: "" },
  });
  const query = next === "/" ? "" : `?next=${encodeURIComponent(next)}`;
  const closed = options && options.registration !== "open" && !token;

  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-xl font-semibold">Create an account</h1>
        <p className="mt-1 text-muted-foreground">
          {token
            ? "The first one here: it administers this installation. The word from the start log works once."
            : "It stays on this installation. Your rules and data are yours alone until you share them."}
        </p>
      </div>
      {closed ? (
        <p className="rounded-md bg-warn/12 px-3 py-2 text-[0.8125rem]">
          {options.registration === "invite"
            ? "Accounts here are made by invitation. Ask an administrator of this installation."
            : "This installation takes no new accounts."}
        </p>
      ) : (
        <Form {...form}>
          <form
            noValidate
            className="grid gap-4"
            onSubmit={form.handleSubmit((values) =>
              signUp.mutate(values, {
                onError: (error) => placeErrors(form.setError, FIELDS, toApiProblem(error)),
              }),
            )}
          >
            <TextField control={form.control} name="display_name" label="Name" autoComplete="name" />
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
              autoComplete="new-password"
              description="At least 8 characters. A few unrelated words are good."
            />
            {signUp.error && !hasAllPlaced(FIELDS, toApiProblem(signUp.error)) && (
              <ErrorNote error={signUp.error} />
            )}
            <Button type="submit" pending={signUp.isPending || leaving}>
              Create account
            </Button>
          </form>
        </Form>
      )}
      <p className="text-[0.8125rem] text-muted-foreground">
        Have an account?{" "}
        <Link href={`/sign-in${query}`} className="text-primary underline underline-offset-4">
          Sign in
        </Link>
      </p>
    </div>
  );
}
