import { NextResponse, type NextRequest } from "next/server";

/** Same host, for the stream: older browsers do not take 'self' for WebSockets. */
function socketSource(host: string | null): string {
  return host && /^[a-z0-9.:[\]-]+$/i.test(host) ? `ws://${host} wss://${host}` : "";
}

export function contentSecurityPolicy(nonce: string, host: string | null, development: boolean): string {
  return [
    "default-src 'self'",
    // Next's own scripts carry the nonce and load the rest. The dev server evaluates source maps.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // radix, sonner and lightweight-charts write style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${socketSource(host)}`.trim(),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Gives each page a nonce and the policy that names it. Authorization is the API's, not this file's. */
export function proxy(request: NextRequest) {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(
    nonce,
    request.headers.get("host"),
    process.env.NODE_ENV === "development",
  );
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy); // Next reads the nonce from here
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = {
  matcher: ["/((?!(?:api|docs|compat|_next/static)(?:/|$)|(?:openapi\\.json|health|icon\\.svg)$).*)"],
};
