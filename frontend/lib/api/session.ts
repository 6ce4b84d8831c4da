import { useSyncExternalStore } from "react";

import { ApiProblem, UNREACHABLE } from "@/lib/api/problem";

/**
 * Who is signed in, as this browser knows it.
 *
 * The access token lives in this module's memory and nowhere else; the refresh token is an httpOnly
 * cookie that no script sees. Refreshing rotates that cookie, and the server takes a second use of
 * the old one for theft, so all tabs refresh one after the other (Web Locks) and tell each other the
 * outcome (BroadcastChannel).
 */
export type SessionStatus = "starting" | "signed_in" | "signed_out" | "unreachable";

export interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

interface Token {
  value: string;
  expiresAt: number;
}

type TabMessage = { kind: "token"; token: Token } | { kind: "signed_out" };

export const API_BASE = (process.env.NEXT_PUBLIC_API_BASE ?? "/api/v1").replace(/\/$/, "");

const LOCK = "flowrex-session";
/** Says only that there was a session, so that a newcomer's first page makes no call that must fail. */
const HINT = "flowrex.session";
const EARLY_MS = 20_000;
/** Since when a refresh is under way. A page that is left in the middle cannot take it back. */
const UNDER_WAY = "flowrex.refreshing";
const SETTLED_MS = 2000;

let status: SessionStatus = "starting";
let token: Token | null = null;
let refreshing: Promise<boolean> | null = null;
let channel: BroadcastChannel | null = null;
const listeners = new Set<() => void>();

function set(next: SessionStatus, nextToken: Token | null) {
  token = nextToken;
  if (next === status) return;
  status = next;
  for (const listener of listeners) listener();
}

function remember() {
  try {
    localStorage.setItem(HINT, "1");
  } catch {
    // Storage may be switched off; the hint only saves a request.
  }
}

function forget(key: string) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then there is nothing to forget.
  }
}

function hadSession(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}

function tabs(): BroadcastChannel | null {
  if (channel || typeof BroadcastChannel === "undefined") return channel;
  channel = new BroadcastChannel(LOCK);
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === "token") set("signed_in", data.token);
    else set("signed_out", null);
  };
  return channel;
}

async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Web Locks want a secure context; without one the tabs are on their own.
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  return navigator.locks.request(LOCK, work);
}

/** Takes over a token answer (sign-in, refresh) and tells the other tabs. */
export function adoptToken(answer: TokenAnswer) {
  const next = { value: answer.access_token, expiresAt: Date.now() + answer.expires_in * 1000 };
  remember();
  set("signed_in", next);
  tabs()?.postMessage({ kind: "token", token: next } satisfies TabMessage);
}

/** Forgets the session in every tab. The caller tells the server. */
export function dropSession() {
  forget(HINT);
  set("signed_out", null);
  tabs()?.postMessage({ kind: "signed_out" } satisfies TabMessage);
}

/**
 * Somebody reloads while a refresh is under way: the old page's request still reaches the server and
 * rotates the cookie. The new page waits until that has settled, and does not send the used one again.
 */
async function waitForInterruptedRefresh() {
  const age = Date.now() - Number(localStorage.getItem(UNDER_WAY));
  if (age >= 0 && age < SETTLED_MS) await new Promise((done) => setTimeout(done, SETTLED_MS - age));
}

async function rotate(stale: Token | null): Promise<boolean> {
  if (token && token !== stale && token.expiresAt - EARLY_MS > Date.now()) return true; // another tab was first
  let response: Response;
  try {
    await waitForInterruptedRefresh();
    localStorage.setItem(UNDER_WAY, String(Date.now()));
  } catch {
    // Storage may be switched off: a reload in the middle may then end the session.
  }
  try {
    // keepalive: a page that is left in the middle must not lose the rotated cookie.
    response = await fetch(`${API_BASE}/auth/refresh`, {
      method: "POST",
      credentials: "include",
      keepalive: true,
      headers: { Accept: "application/json" },
    });
  } catch {
    throw new ApiProblem(UNREACHABLE); // the page may be going: what became of the request nobody knows here
  }
  forget(UNDER_WAY);
  if (response.ok) {
    adoptToken((await response.json()) as TokenAnswer);
    return true;
  }
  if (response.status >= 500 || response.status === 429) {
    throw new ApiProblem({ ...UNREACHABLE, status: response.status === 429 ? 429 : 502 });
  }
  dropSession();
  return false;
}

/**
 * Gets a new access token from the cookie; false when there is no session any more.
 * Calls that come together share one request. Throws ApiProblem when nobody answers.
 */
export function refreshSession(): Promise<boolean> {
  const stale = token;
  refreshing ??= oneTabAtATime(() => rotate(stale)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** On page load: resume the session if there was one. */
export async function resumeSession(): Promise<void> {
  tabs();
  if (status === "signed_in") return;
  if (!hadSession()) {
    set("signed_out", null);
    return;
  }
  try {
    await refreshSession();
  } catch {
    set("unreachable", null);
  }
}

/** A token good for a request now, or null when nobody is signed in. */
export async function findAccessToken(): Promise<string | null> {
  if (status === "signed_in" && token && token.expiresAt - EARLY_MS <= Date.now()) await refreshSession();
  return token?.value ?? null;
}

export function getSessionStatus(): SessionStatus {
  return status;
}

/** Calls `listener` whenever somebody signed in or out, here or in another tab. */
export function watchSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useSessionStatus(): SessionStatus {
  return useSyncExternalStore(watchSession, getSessionStatus, () => "starting");
}

/** Where to go after signing in: a path of this site, never another one's address. */
export function safeNextPath(next: string | null | undefined): string {
  if (!next || !/^\/(?![/\\])/.test(next) || next.startsWith("/sign-")) return "/";
  return next;
}
