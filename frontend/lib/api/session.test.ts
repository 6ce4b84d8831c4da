import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/**
 * The session against a real server: one that rotates its cookie like the backend and takes a used
 * one for theft. Each "tab" is a fresh copy of the modules.
 */
let origin: string;
let close: () => void;
let current: string | null;
let refreshes: number;
let revoked: boolean;
let accessGood: Set<string>;
let jar: string | null;
let seen: string[];
let delayMs: number;
let failWith: number | null;

function answer(response: ServerResponse, status: number, body: unknown, cookie?: string) {
  response.writeHead(status, {
    "content-type": status < 400 ? "application/json" : "application/problem+json",
    "access-control-allow-origin": "http://localhost:3000",
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "authorization,content-type",
    ...(cookie && { "x-cookie": cookie, "access-control-expose-headers": "x-cookie" }),
  });
  response.end(JSON.stringify(body));
}

function token(response: ServerResponse) {
  const access = `access-${refreshes}`;
  accessGood.add(access);
  current = `refresh-${refreshes}`;
  answer(response, 200, { access_token: access, expires_in: 1800, token_type: "bearer" }, current);
}

function handle(request: IncomingMessage, response: ServerResponse) {
  const path = request.url!;
  seen.push(`${request.method} ${path} ${request.headers.authorization ?? "-"}`);
  if (request.method === "OPTIONS") return answer(response, 200, {});
  if (failWith) return answer(response, failWith, { status: failWith, code: "broken", title: "Broken" });
  if (path === "/api/v1/auth/refresh") {
    refreshes += 1;
    const given = jar;
    setTimeout(() => {
      if (revoked || given === null || given !== current) {
        revoked ||= given !== null;
        return answer(response, 401, { status: 401, code: "invalid_token", title: "Sign in again" });
      }
      token(response);
      jar = current;
    }, delayMs);
    return;
  }
  const access = request.headers.authorization?.replace("Bearer ", "");
  if (!access || !accessGood.has(access)) {
    return answer(response, 401, { status: 401, code: "unauthorized", title: "Sign in" });
  }
  answer(response, 200, { path, access });
}

beforeEach(async () => {
  [refreshes, revoked, accessGood, seen, delayMs, failWith] = [0, false, new Set(), [], 5, null];
  current = jar = "refresh-0";
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  vi.stubEnv("NEXT_PUBLIC_API_BASE", `${origin}/api/v1`);
  localStorage.clear();
  installLocks();
});

afterEach(() => {
  close();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** Web Locks as the browser has them: one holder of a name at a time, in order. */
function installLocks() {
  const tails = new Map<string, Promise<unknown>>();
  const locks = {
    request<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
      tails.set(
        name,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
}

async function openTab() {
  vi.resetModules();
  const session = await import("./session");
  const { http } = await import("./http");
  const { toApiProblem } = await import("./problem");
  return { session, http, toApiProblem, url: (path: string) => `${session.API_BASE}${path}` };
}

const tokenAnswer = (access: string, seconds = 1800) => ({ access_token: access, expires_in: seconds });

describe("calls", () => {
  it("carry the token, and none is kept where scripts of another time could find it", async () => {
    const { session, http, url } = await openTab();
    accessGood.add("good");
    session.adoptToken(tokenAnswer("good"));
    expect((await http.get(url("/bars"))).data.access).toBe("good");
    expect(JSON.stringify({ ...localStorage })).not.toContain("good");
    expect(document.cookie).not.toContain("good");
  });

  it("that find the token expired share one refresh and are repeated once", async () => {
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("expired"));
    const answers = await Promise.all(["/a", "/b", "/c"].map((path) => http.get(url(path))));
    expect(answers.map(({ data }) => data.access)).toEqual(["access-1", "access-1", "access-1"]);
    expect(refreshes).toBe(1);
    expect(session.getSessionStatus()).toBe("signed_in");
  });

  it("share one refresh where the browser has no locks, too", async () => {
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("expired"));
    await Promise.all(["/a", "/b", "/c"].map((path) => http.get(url(path))));
    expect([refreshes, revoked]).toEqual([1, false]);
  });

  it("refresh before they go when the token is about to expire", async () => {
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("almost", 5));
    expect((await http.get(url("/a"))).data.access).toBe("access-1");
    expect(seen.some((line) => line.includes("/a Bearer almost"))).toBe(false);
  });

  it("end the session when the cookie is no good, and say so as a problem", async () => {
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("expired"));
    jar = null;
    await expect(http.get(url("/a"))).rejects.toMatchObject({ status: 401, code: "unauthorized" });
    expect(session.getSessionStatus()).toBe("signed_out");
    expect(seen.filter((line) => line.startsWith("GET"))).toHaveLength(1);
  });

  it("do not loop when the server refuses the new token too", async () => {
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("expired"));
    vi.spyOn(accessGood, "has").mockReturnValue(false);
    await expect(http.get(url("/a"))).rejects.toMatchObject({ status: 401 });
    expect(refreshes).toBe(1);
    expect(session.getSessionStatus()).toBe("signed_out");
  });

  it("keep the session when nobody answers", async () => {
    const { session, http, url } = await openTab();
    session.adoptToken(tokenAnswer("expired"));
    failWith = 502;
    await expect(http.get(url("/a"))).rejects.toMatchObject({ isUnreachable: true });
    close();
    await expect(http.get(url("/a"))).rejects.toMatchObject({ isUnreachable: true, code: "unreachable" });
    expect(session.getSessionStatus()).toBe("signed_in");
  });
});

describe("page load", () => {
  it("makes no call for somebody who was never here", async () => {
    const { session } = await openTab();
    await session.resumeSession();
    expect(session.getSessionStatus()).toBe("signed_out");
    expect(seen).toHaveLength(0);
  });

  it("resumes the session of this browser", async () => {
    const first = await openTab();
    first.session.adoptToken(tokenAnswer("good"));
    const reloaded = await openTab();
    await reloaded.session.resumeSession();
    expect(reloaded.session.getSessionStatus()).toBe("signed_in");
    expect(await reloaded.session.findAccessToken()).toBe("access-1");
  });

  it("waits for the refresh of a page that was left in the middle of it", async () => {
    localStorage.setItem("flowrex.session", "1");
    delayMs = 300;
    const left = await openTab();
    // A page that is gone runs no code any more, but its request reaches the server.
    const remove = vi.spyOn(Storage.prototype, "removeItem").mockImplementation(() => {});
    void left.session.resumeSession();
    await vi.waitFor(() => expect(refreshes).toBe(1));
    installLocks();

    const reloaded = await openTab();
    await reloaded.session.resumeSession();
    remove.mockRestore();
    expect([refreshes, revoked]).toEqual([2, false]);
    expect(reloaded.session.getSessionStatus()).toBe("signed_in");
  });

  it("waits when the server is away, instead of signing out", async () => {
    localStorage.setItem("flowrex.session", "1");
    failWith = 503;
    const { session } = await openTab();
    await session.resumeSession();
    expect(session.getSessionStatus()).toBe("unreachable");
    failWith = null;
    await session.resumeSession();
    expect(session.getSessionStatus()).toBe("signed_in");
  });
});

describe("several tabs", () => {
  it("never send the same refresh token twice, which the server would take for theft", async () => {
    localStorage.setItem("flowrex.session", "1");
    delayMs = 30;
    const tabs = [await openTab(), await openTab(), await openTab()];
    await Promise.all(tabs.map(({ session }) => session.resumeSession()));
    expect(revoked).toBe(false);
    for (const { session } of tabs) expect(session.getSessionStatus()).toBe("signed_in");
  });

  it("sign in and out together", async () => {
    const [one, two] = [await openTab(), await openTab()];
    await Promise.all([one.session.resumeSession(), two.session.resumeSession()]);
    one.session.adoptToken(tokenAnswer("good"));
    await vi.waitFor(() => expect(two.session.getSessionStatus()).toBe("signed_in"));
    expect(await two.session.findAccessToken()).toBe("good");
    two.session.dropSession();
    await vi.waitFor(() => expect(one.session.getSessionStatus()).toBe("signed_out"));
    expect(await one.session.findAccessToken()).toBeNull();
  });
});

describe("where to go after signing in", () => {
  it.each([
    ["/chart?symbol=AAPL", "/chart?symbol=AAPL"],
    [null, "/"],
    ["", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["javascript:alert(1)", "/"],
    ["/sign-in?next=/sign-in", "/"],
  ])("%s leads to %s", async (next, path) => {
    const { session } = await openTab();
    expect(session.safeNextPath(next)).toBe(path);
  });
});
