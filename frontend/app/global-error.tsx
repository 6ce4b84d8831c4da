"use client";

import "./globals.css";

/** The last resort, when even the frame could not be drawn: plain, with nothing that could break again. */
export default function GlobalError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en" className="dark">
      <head>
        <title>Something broke · Flowrex</title>
      </head>
      <body className="flex min-h-dvh items-center justify-center p-6 antialiased">
        <main role="alert" className="grid max-w-md gap-3 text-center">
          <h1 className="text-base font-semibold">Something broke on this page</h1>
          <p className="text-sm text-muted-foreground">
            Nothing you saved is lost. Try again; if it stays, reload the page or tell whoever runs this
            installation.
          </p>
          <div className="mt-2 flex justify-center gap-2">
            <button
              type="button"
              onClick={reset}
              className="rounded-md bg-primary px-3.5 py-2 text-sm font-medium text-primary-foreground"
            >
              Try again
            </button>
            {/* A full load on purpose: the router may be what broke. */}
            {/* eslint-disable-next-line @next/next/no-html-link-for-pages */}
            <a href="/" className="rounded-md px-3.5 py-2 text-sm font-medium hover:bg-accent">
              Go home
            </a>
          </div>
        </main>
      </body>
    </html>
  );
}
