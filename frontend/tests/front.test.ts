// @vitest-environment node
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { connect, type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { createFront, isBackendPath } from "../front.mjs";

/** A backend of node:http on a real port; each test says how it answers. */
let backend: Server;
let front: Server;
let answer: RequestListener;
let seen: IncomingMessage[] = [];
const open: Server[] = [];

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  open.push(server);
  return (server.address() as AddressInfo).port;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const address = (path: string) => `http://127.0.0.1:${portOf(front)}${path}`;

beforeEach(async () => {
  seen = [];
  answer = (_request, response) => response.end("backend");
  backend = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  const port = await listen(backend);
  front = createFront(
    `http://127.0.0.1:${port}`,
    (_request: unknown, response: { end(text: string): void }) => response.end("page"),
  );
  await listen(front);
});

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("what goes where", () => {
  it.each([
    "/api",
    "/api/v1/bars?x=1",
    "/compat/twelvedata/price?symbol=AAPL",
    "/docs",
    "/docs/oauth2-redirect",
    "/openapi.json",
    "/health",
    "/health?x",
  ])("%s is the backend's", async (path) => {
    expect(await (await fetch(address(path))).text()).toBe("backend");
    expect(seen[0]?.url).toBe(path);
  });

  it.each([
    "/",
    "/markets",
    "/metrics",
    "/apiary",
    "/compatible",
    "/docs-of-mine",
    "/healthy",
    "/health/x",
    "/_next/static/a.js",
  ])("%s is a page", async (path) => {
    expect(await (await fetch(address(path))).text()).toBe("page");
    expect(seen).toHaveLength(0);
  });

  it("does not take an address in absolute form for another host", () => {
    expect(isBackendPath("http://elsewhere/api/v1")).toBe(false);
    expect(isBackendPath("//elsewhere/api/v1")).toBe(false);
  });
});

describe("requests", () => {
  it("streams a large upload while it comes and keeps every byte", async () => {
    const chunk = Buffer.alloc(1 << 20, 7);
    const chunks = 48;
    let received = 0;
    let receivedAtHalf = 0;
    answer = (request, response) => {
      request.on("data", (data: Buffer) => (received += data.length));
      request.on("end", () => response.end(String(received)));
    };
    async function* body() {
      for (let i = 0; i < chunks; i += 1) {
        if (i === chunks / 2) {
          while (received === 0) await sleep(5);
          receivedAtHalf = received;
        }
        yield chunk;
      }
    }
    const response = await fetch(address("/api/v1/imports"), {
      method: "POST",
      body: Readable.toWeb(Readable.from(body())),
      duplex: "half",
    } as unknown as RequestInit);
    expect(await response.text()).toBe(String(chunks << 20));
    expect(receivedAtHalf).toBeGreaterThan(0);
  });

  it("passes an early refusal of an upload on, instead of breaking the connection", async () => {
    answer = (_request, response) => {
      response.writeHead(413, { "content-type": "application/problem+json" });
      response.end('{"status":413}');
    };
    const response = await fetch(address("/api/v1/imports"), {
      method: "POST",
      body: Buffer.alloc(24 << 20),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ status: 413 });
  });

  it("hands each part of a slow answer on at once and does not cut it", async () => {
    answer = async (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      await sleep(400);
      response.end("data: 2\n\n");
    };
    const response = await fetch(address("/api/v1/slow"));
    const reader = response.body!.getReader();
    const first = Buffer.from((await reader.read()).value!).toString();
    expect(first).toBe("data: 1\n\n");
    const second = Buffer.from((await reader.read()).value!).toString();
    expect(second).toBe("data: 2\n\n");
  });

  it("says itself where a request comes from, whatever the client claims", async () => {
    await fetch(address("/api/v1/x"), {
      headers: {
        "x-forwarded-for": "6.6.6.6",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "evil",
        "x-real-ip": "6.6.6.6",
        forwarded: "for=6.6.6.6",
      },
    });
    const { headers } = seen[0]!;
    expect(headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect(headers["x-forwarded-proto"]).toBe("http");
    expect(headers["x-forwarded-host"]).toBe(headers.host);
    expect(headers["x-real-ip"]).toBeUndefined();
    expect(headers.forwarded).toBeUndefined();
  });

  it("keeps several cookies apart and passes status and headers on", async () => {
    answer = (_request, response) => {
      response.writeHead(201, { "set-cookie": ["a=1; HttpOnly", "b=2"], "x-request-id": "r-1" });
      response.end();
    };
    const response = await fetch(address("/api/v1/x"), { method: "POST" });
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2"]);
    expect(response.headers.get("x-request-id")).toBe("r-1");
  });

  it.each(["before", "after"])(
    "lets the backend know when the client has left %s the answer began",
    async (when) => {
      let left!: () => void;
      let asked!: () => void;
      const gone = new Promise<void>((done) => (left = done));
      const begun = new Promise<void>((done) => (asked = done));
      answer = (_request, response) => {
        if (when === "after") response.write("first");
        response.on("close", left);
        asked();
      };
      const controller = new AbortController();
      const call = fetch(address("/api/v1/slow"), { signal: controller.signal }).catch(() => null);
      await begun;
      if (when === "after") await (await call)!.body!.getReader().read();
      controller.abort();
      await gone;
    },
  );

  it("reads a refused upload to its end, so that the connection stays good for the next request", async () => {
    answer = (request, response) => {
      response.writeHead(request.method === "POST" ? 413 : 200);
      response.end("answered");
    };
    const socket = connect(portOf(front), "127.0.0.1");
    const body = Buffer.alloc(32 << 20, 120);
    let text = "";
    socket.on("data", (data: Buffer) => (text += data.toString()));
    socket.write(`POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
    while (!text.includes("answered")) await sleep(5);
    socket.write(body);
    socket.write("GET /api/v1/x HTTP/1.1\r\nHost: x\r\n\r\n");
    while (text.split("HTTP/1.1 ").length < 3) await sleep(5);
    expect(text.split("HTTP/1.1 ").map((part) => part.slice(0, 3))).toEqual(["", "413", "200"]);
    socket.destroy();
  });
});

describe("a backend that is gone", () => {
  it("is a 502 problem, and the next request finds the one that came back", async () => {
    const port = portOf(backend);
    await fetch(address("/api/v1/x")).then((response) => response.text());
    backend.closeAllConnections();
    await new Promise((done) => backend.close(done));

    const response = await fetch(address("/api/v1/x"), { method: "POST", body: "x" });
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 502, code: "backend_unreachable" });

    await listen(
      createServer((_request, reply) => reply.end("again")),
      port,
    );
    expect(await (await fetch(address("/api/v1/x"))).text()).toBe("again");
  });

  it("keeps no connection to it, so that one restarted between two requests is not noticed", async () => {
    const sockets = new Set<unknown>();
    answer = (request, response) => {
      sockets.add(request.socket);
      response.end();
    };
    for (let i = 0; i < 3; i += 1) await fetch(address("/api/v1/x")).then((response) => response.text());
    expect(sockets.size).toBe(3);
  });

  it("survives one that dies in the middle of an upload that it had begun to answer", async () => {
    answer = (request, response) => {
      response.write("part");
      setTimeout(() => request.socket.resetAndDestroy(), 20);
    };
    const body = Readable.toWeb(
      Readable.from(
        (async function* () {
          for (let i = 0; i < 20; i += 1) {
            yield Buffer.alloc(1 << 18);
            await sleep(5);
          }
        })(),
      ),
    );
    const init = { method: "POST", body, duplex: "half" } as unknown as RequestInit;
    await expect(
      fetch(address("/api/v1/imports"), init).then((response) => response.text()),
    ).rejects.toThrow();
    answer = (_request, response) => response.end("alive");
    expect(await (await fetch(address("/api/v1/x"))).text()).toBe("alive");
  });

  it("breaks the answer off when it dies in the middle, and never passes a part as the whole", async () => {
    answer = (_request, response) => {
      response.write("part"); // in chunks: only the missing end tells that it is a part
      setTimeout(() => response.destroy(), 20);
    };
    const response = await fetch(address("/api/v1/x"));
    await expect(response.text()).rejects.toThrow();
  });
});

describe("WebSockets", () => {
  it("pass both ways, with the frames as they were", async () => {
    const sockets = new WebSocketServer({ server: backend, path: "/api/v1/stream" });
    let forwardedFor: unknown;
    sockets.on("connection", (socket, request) => {
      forwardedFor = request.headers["x-forwarded-for"];
      socket.send("hello");
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    const client = new WebSocket(address("/api/v1/stream").replace("http", "ws"), {
      headers: { "x-forwarded-for": "6.6.6.6" },
    });
    const inbox: string[] = [];
    const big = "x".repeat(300_000);
    await new Promise<void>((done, fail) => {
      client.on("open", () => client.send(big));
      client.on("message", (data) => {
        inbox.push(data.toString());
        if (inbox.length === 2) done();
      });
      client.on("error", fail);
    });
    expect(inbox).toEqual(["hello", big]);
    expect(forwardedFor).toBe("127.0.0.1");
    const closed = new Promise((done) => client.on("close", done));
    for (const socket of sockets.clients) socket.close();
    await closed;
  });

  it("get the backend's refusal", async () => {
    answer = (_request, response) => response.writeHead(403).end();
    const client = new WebSocket(address("/api/v1/stream").replace("http", "ws"));
    const error = await new Promise<Error>((done) => client.on("error", done));
    expect(error.message).toContain("403");
  });

  it("are refused with 502 when the backend is gone, and closed on any other path", async () => {
    backend.close();
    const client = new WebSocket(address("/api/v1/stream").replace("http", "ws"));
    expect((await new Promise<Error>((done) => client.on("error", done))).message).toContain("502");
    const elsewhere = new WebSocket(address("/markets").replace("http", "ws"));
    await new Promise<Error>((done) => elsewhere.on("error", done));
  });

  it("does not fall over a client that breaks off in the middle of the handshake", async () => {
    answer = () => {};
    const socket = connect(portOf(front), "127.0.0.1");
    socket.write(
      "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    await sleep(50);
    socket.destroy();
    answer = (_request, response) => response.end("alive");
    expect(await (await fetch(address("/api/v1/x"))).text()).toBe("alive");
  });
});

describe("malformed requests", () => {
  it("are refused and do not stop the server", async () => {
    const status = await new Promise<number | undefined>((done) => {
      const call = httpRequest(
        { port: portOf(front), path: "/api/%zz?\u00e9".replace("\u00e9", "%"), method: "GET" },
        (r) => {
          r.resume();
          done(r.statusCode);
        },
      );
      call.end();
    });
    expect(status).toBe(200);
    expect(seen[0]?.url).toBe("/api/%zz?%");
  });
});
