import { AxiosError, AxiosHeaders, type AxiosResponse } from "axios";
import { describe, expect, it } from "vitest";

import { adviseOn, ApiProblem, toApiProblem } from "./problem";

function failure(status: number, data: unknown, headers: Record<string, string> = {}) {
  const config = { headers: new AxiosHeaders() };
  const response: AxiosResponse = { status, statusText: "", data, headers, config };
  return new AxiosError("failed", "ERR", config, {}, response);
}

describe("toApiProblem", () => {
  it("takes over an RFC 9457 problem", () => {
    const problem = toApiProblem(
      failure(422, {
        type: "about:blank",
        status: 422,
        code: "rule_invalid",
        title: "Rule invalid",
        detail: "The rule has a mistake.",
        request_id: "r-1",
        errors: [{ line: 1, column: 2, code: "unknown_name", message: "There is no smaa." }],
      }),
    );
    expect(problem).toMatchObject({
      status: 422,
      code: "rule_invalid",
      message: "The rule has a mistake.",
      requestId: "r-1",
    });
    expect(problem.errors[0]).toMatchObject({ line: 1, column: 2 });
  });

  it("reads one that came as text, as it does where a stream was asked for", () => {
    expect(toApiProblem(failure(404, '{"code":"not_found","title":"Not found"}')).code).toBe("not_found");
  });

  it.each([["<html>Bad gateway</html>"], [null], [undefined], [[]], [{ something: "else" }], ['"text"']])(
    "makes one of %j",
    (data) => {
      const problem = toApiProblem(failure(500, data, { "x-request-id": "r-2" }));
      expect(problem).toMatchObject({ status: 500, code: "http_500", requestId: "r-2" });
      expect(problem.message).toContain("500");
    },
  );

  it("believes the answer's status, not the document's", () => {
    expect(toApiProblem(failure(403, { status: 200, title: "x" })).status).toBe(403);
  });

  it("knows a missing answer from an answer", () => {
    expect(toApiProblem(new AxiosError("Network Error", "ERR_NETWORK"))).toMatchObject({
      isUnreachable: true,
      code: "unreachable",
    });
    expect(toApiProblem(failure(502, { code: "backend_unreachable", title: "x" })).isUnreachable).toBe(true);
    expect(toApiProblem(failure(500, {})).isUnreachable).toBe(false);
  });

  it("keeps a problem, and wraps what broke here", () => {
    const problem = new ApiProblem({ status: 404 });
    expect(toApiProblem(problem)).toBe(problem);
    expect(toApiProblem(new TypeError("x is undefined"))).toMatchObject({ code: "client_error", status: -1 });
  });
});

describe("adviseOn", () => {
  it("says something to do for every kind", () => {
    for (const status of [0, -1, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502]) {
      expect(adviseOn(new ApiProblem({ status })).length).toBeGreaterThan(10);
    }
  });

  it("names how long to wait", () => {
    expect(adviseOn(toApiProblem(failure(429, {}, { "retry-after": "12" })))).toContain("12 seconds");
  });
});
