// @vitest-environment node
import { NextRequest } from "next/server";
import { describe, expect, it } from "vitest";

import { config, contentSecurityPolicy, proxy } from "../proxy";

const directives = (policy: string) =>
  new Map(policy.split("; ").map((part) => [part.split(" ")[0]!, part.split(" ").slice(1)]));

describe("the page's policy", () => {
  it("lets scripts run by nonce only, and nothing come from elsewhere", () => {
    const policy = directives(contentSecurityPolicy("abc", "127.0.0.1:3000", false));
    expect(policy.get("script-src")).toEqual(["'self'", "'nonce-abc'", "'strict-dynamic'"]);
    expect(policy.get("style-src")).toEqual(["'self'", "'unsafe-inline'"]);
    expect(policy.get("connect-src")).toEqual(["'self'", "ws://127.0.0.1:3000", "wss://127.0.0.1:3000"]);
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect(policy.get("default-src")).toEqual(["'self'"]);
    expect(policy.get("object-src")).toEqual(["'none'"]);
  });

  it("cannot be widened by a crafted host", () => {
    expect(contentSecurityPolicy("abc", "x; script-src *", false)).not.toContain("script-src *");
    expect(contentSecurityPolicy("abc", null, false)).toContain("connect-src 'self';");
  });

  it("evaluates code under the dev server only", () => {
    expect(contentSecurityPolicy("abc", "x", false)).not.toContain("unsafe-eval");
    expect(contentSecurityPolicy("abc", "x", true)).toContain("'unsafe-eval'");
  });

  it("has a new nonce each time, which the page is told and no client can choose", () => {
    const ask = () => {
      const request = new NextRequest("http://127.0.0.1:3000/markets", { headers: { "x-nonce": "chosen" } });
      return proxy(request);
    };
    const [one, two] = [ask(), ask()];
    const nonce = one.headers.get("x-middleware-request-x-nonce");
    expect(nonce).not.toBe("chosen");
    expect(one.headers.get("content-security-policy")).toContain(`'nonce-${nonce}'`);
    expect(one.headers.get("content-security-policy")).not.toBe(two.headers.get("content-security-policy"));
  });

  it("stands on every page and not on the backend's paths", () => {
    const pattern = new RegExp(`^${config.matcher[0]}$`);
    for (const path of ["/", "/markets", "/sign-in", "/docsy", "/apiary", "/healthy", "/nowhere/at/all"])
      expect(path).toMatch(pattern);
    for (const path of [
      "/api/v1/bars",
      "/compat/twelvedata/price",
      "/api",
      "/docs",
      "/docs/oauth2-redirect",
      "/openapi.json",
      "/health",
      "/_next/static/x.js",
    ]) {
      expect(path).not.toMatch(pattern);
    }
  });
});
