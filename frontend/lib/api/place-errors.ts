import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";

import { fieldOf, type ApiProblem } from "@/lib/api/problem";

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
