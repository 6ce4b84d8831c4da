"use client";

import { Slot } from "radix-ui";
import { createContext, useContext, useId, useMemo, type ComponentProps, type ReactNode } from "react";
import {
  Controller,
  FormProvider,
  useFormContext,
  useFormState,
  type ControllerProps,
  type FieldPath,
  type FieldValues,
} from "react-hook-form";

import { Label } from "@/components/ui/label";
import { cn } from "@/lib/cn";

export const Form = FormProvider;

const FieldContext = createContext<{ name: string; id: string } | null>(null);

export function FormField<Values extends FieldValues, Name extends FieldPath<Values>, Transformed = Values>(
  props: ControllerProps<Values, Name, Transformed>,
) {
  const id = useId();
  const context = useMemo(() => ({ name: props.name, id }), [props.name, id]);
  return (
    <FieldContext.Provider value={context}>
      <Controller {...props} />
    </FieldContext.Provider>
  );
}

function useField() {
  const field = useContext(FieldContext);
  if (!field) throw new Error("A form part stands outside a FormField");
  const { getFieldState } = useFormContext();
  const state = useFormState({ name: field.name });
  const { error } = getFieldState(field.name, state);
  return { error, control: field.id, hint: `${field.id}-hint`, message: `${field.id}-message` };
}

export function FormItem({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("grid content-start gap-1.5", className)} {...props} />;
}

export function FormLabel(props: ComponentProps<typeof Label>) {
  const { control } = useField();
  return <Label htmlFor={control} {...props} />;
}

export function FormControl(props: ComponentProps<typeof Slot.Root>) {
  const { error, control, hint, message } = useField();
  return (
    <Slot.Root
      id={control}
      aria-describedby={error ? `${hint} ${message}` : hint}
      aria-invalid={error ? true : undefined}
      {...props}
    />
  );
}

export function FormDescription({ className, ...props }: ComponentProps<"p">) {
  const { hint } = useField();
  return <p id={hint} className={cn("text-xs text-muted-foreground", className)} {...props} />;
}

export function FormMessage({ className, children }: { className?: string; children?: ReactNode }) {
  const { error, message } = useField();
  const text = error?.message ?? children;
  if (!text) return null;
  return (
    <p id={message} role="alert" className={cn("text-xs text-destructive", className)}>
      {text}
    </p>
  );
}
