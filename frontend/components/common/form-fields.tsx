"use client";

import { CalendarDays } from "lucide-react";
import { useRef, type ComponentProps, type ReactNode } from "react";
import type { Control, FieldPath, FieldPathByValue, FieldValues } from "react-hook-form";

import { HelpHint } from "@/components/common/help-hint";
import {
  FormControl,
  FormDescription,
  FormField,
  FormItem,
  FormLabel,
  FormMessage,
} from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Switch } from "@/components/ui/switch";
import { cn } from "@/lib/cn";

type FieldProps<Values extends FieldValues, Name extends FieldPath<Values>, Transformed> = {
  control: Control<Values, unknown, Transformed>;
  name: Name;
  label: string;
  /** In plain words behind a question mark. */
  hint?: ReactNode;
  /** A sentence that always stands below. */
  description?: ReactNode;
  isOptional?: boolean;
  className?: string;
};

/** A field's name, with its hint. */
export function FieldLabel({
  label,
  hint,
  isOptional = false,
}: {
  label: string;
  hint?: ReactNode;
  isOptional?: boolean;
}) {
  return (
    <span className="flex items-center gap-0.5">
      <FormLabel>
        {label}
        {isOptional && <span className="font-normal text-muted-foreground">optional</span>}
      </FormLabel>
      {hint && <HelpHint term={label}>{hint}</HelpHint>}
    </span>
  );
}

/** A line of text: its name, the input with its unit, what is wrong with it. */
export function TextField<Values extends FieldValues, Name extends FieldPath<Values>, Transformed = Values>({
  control,
  name,
  label,
  hint,
  description,
  isOptional,
  unit,
  isFigure = false,
  aside,
  className,
  inputClassName,
  ...input
}: FieldProps<Values, Name, Transformed> &
  Omit<ComponentProps<typeof Input>, "name" | "className"> & {
    /** Inside the field, on its right. */
    unit?: string;
    /** Figures stand right and bring the number keys. */
    isFigure?: boolean;
    /** Beside the input, such as a button. */
    aside?: ReactNode;
    inputClassName?: string;
  }) {
  return (
    <FormField
      control={control}
      name={name}
      render={({ field }) => (
        <FormItem className={className}>
          <FieldLabel label={label} hint={hint} isOptional={isOptional} />
          <div className="flex gap-2">
            <div className="relative min-w-0 flex-1">
              <FormControl>
                <Input
                  autoComplete="off"
                  {...(isFigure && { inputMode: "decimal" })}
                  {...input}
                  {...field}
                  className={cn(
                    isFigure && "text-right tabular-nums",
                    unit && (unit.length > 4 ? "pr-18" : "pr-12"),
                    inputClassName,
                  )}
                />
              </FormControl>
              {unit && (
                <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-xs text-muted-foreground">
                  {unit}
                </span>
              )}
            </div>
            {aside}
          </div>
          {description && <FormDescription>{description}</FormDescription>}
          <FormMessage />
        </FormItem>
      )}
    />
  );
}

/** A day, written as 2010-01-31 in every browser; the button opens the browser's own calendar. */
export function DateField<Values extends FieldValues, Name extends FieldPath<Values>, Transformed = Values>({
  min,
  max,
  label,
  ...props
}: FieldProps<Values, Name, Transformed> & { min?: string | null; max?: string | null }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <FormField
      control={props.control}
      name={props.name}
      render={({ field }) => (
        <FormItem className={props.className}>
          <FieldLabel label={label} hint={props.hint} isOptional={props.isOptional} />
          <div className="relative">
            <FormControl>
              <Input
                {...field}
                inputMode="numeric"
                autoComplete="off"
                placeholder="yyyy-mm-dd"
                maxLength={10}
                className="pr-9 tabular-nums"
              />
            </FormControl>
            <button
              type="button"
              aria-label={`${label}: choose in a calendar`}
              onClick={() => picker.current?.showPicker()}
              className="focus-inset absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-md text-muted-foreground hover:text-foreground"
            >
              <CalendarDays className="size-4" aria-hidden />
            </button>
            <input
              ref={picker}
              type="date"
              tabIndex={-1}
              aria-hidden
              min={min ?? undefined}
              max={max ?? undefined}
              value={/^\d{4}-\d{2}-\d{2}$/.test(field.value) ? field.value : ""}
              onChange={(event) => field.onChange(event.target.value)}
              className="pointer-events-none absolute right-0 bottom-0 size-px opacity-0"
            />
          </div>
          <FormMessage />
        </FormItem>
      )}
    />
  );
}

export type Choice = { value: string; label: ReactNode; isDisabled?: boolean };

/** One of a few. */
export function SelectField<
  Values extends FieldValues,
  Name extends FieldPath<Values>,
  Transformed = Values,
>({
  control,
  name,
  label,
  hint,
  description,
  isOptional,
  choices,
  placeholder,
  emptyValue,
  className,
}: FieldProps<Values, Name, Transformed> & {
  choices: readonly Choice[];
  placeholder?: string;
  /** The choice that stands for the empty text: a list takes no empty value. */
  emptyValue?: string;
}) {
  return (
    <FormField
      control={control}
      name={name}
      render={({ field }) => (
        <FormItem className={className}>
          <FieldLabel label={label} hint={hint} isOptional={isOptional} />
          <Select
            value={field.value === "" && emptyValue ? emptyValue : field.value}
            onValueChange={(next) => field.onChange(next === emptyValue ? "" : next)}
          >
            <FormControl>
              <SelectTrigger onBlur={field.onBlur}>
                <SelectValue placeholder={placeholder} />
              </SelectTrigger>
            </FormControl>
            <SelectContent>
              {choices.map((choice) => (
                <SelectItem key={choice.value} value={choice.value} disabled={choice.isDisabled}>
                  {choice.label}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
          {description && <FormDescription>{description}</FormDescription>}
          <FormMessage />
        </FormItem>
      )}
    />
  );
}

/** On or off. */
export function SwitchField<
  Values extends FieldValues,
  Name extends FieldPathByValue<Values, boolean>,
  Transformed = Values,
>({ control, name, label, hint, className }: FieldProps<Values, Name, Transformed>) {
  return (
    <FormField
      control={control}
      name={name}
      render={({ field }) => (
        <FormItem className={cn("flex items-center justify-between gap-3", className)}>
          <FieldLabel label={label} hint={hint} />
          <FormControl>
            <Switch
              checked={field.value}
              onCheckedChange={field.onChange}
              onBlur={field.onBlur}
              ref={field.ref}
            />
          </FormControl>
        </FormItem>
      )}
    />
  );
}
