import { describe, expect, it, vi } from "vitest";

import { placeErrors } from "@/lib/api/place-errors";
import { ApiProblem } from "@/lib/api/problem";

describe("the mistakes of a problem", () => {
  it("stand under the fields that have them", () => {
    const setError = vi.fn();
    const problem = new ApiProblem({
      status: 422,
      errors: [
        { location: "body.password", message: "too common" },
        { location: "body.tiers.0.bps", message: "too large" },
        { location: "query.wait", message: "is no field" },
        { message: "of the whole" },
      ],
    });
    placeErrors(setError, ["email", "password", "bps"], problem);
    expect(
      setError.mock.calls.map(([field, error]) => [field, (error as { message: string }).message]),
    ).toEqual([
      ["password", "too common"],
      ["bps", "too large"],
    ]);
  });
});
