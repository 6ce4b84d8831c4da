import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";

import { fieldOf, type ApiProblem } from "@/lib/api/problem";

/** Whether every mistake that a problem names has a field in the form, and so stands there. */
export function hasAllPlaced(fields: readonly string[], problem: ApiProblem): boolean {
  return problem.errors.length > 0 && problem.errors.every((error) => fields.includes(fieldOf(error) ?? ""));
}

/** Puts each mistake that a problem names under its field of a form, and the cursor into it. */
export function placeErrors<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  fields: readonly string[],
  problem: ApiProblem,
): void {
  for (const error of problem.errors) {
    const field = fieldOf(error);
    if (field !== null && fields.includes(field))
      setError(field as FieldPath<Values>, { message: error.message }, { shouldFocus: true });
  }
}
