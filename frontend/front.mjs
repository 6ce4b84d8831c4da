// The door of the built web client: pages from Next, everything of the API streamed from the backend.
//
// Next's own rewrites cut bodies over 10 MB and answers after 30 s, hold back event streams and fix
// the backend's address at build time, so this small proxy stands in front. It runs beside the
// standalone server's files: PORT, HOSTNAME and BACKEND_URL are read at start.
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest, Server } from "node:http";
import { request as httpsRequest } from "node:https";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";

const BACKEND_PATH = /^\/(?:api|docs|compat)(?:[/?]|$)|^\/(?:openapi\.json|health)(?:\?|$)/;
/** Headers of one connection, not of the message; and those by which a client could claim another address. */
const NOT_FORWARDED = new Set(
  [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "forwarded",
    "x-real-ip",
  ].concat(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"]),
);
const UNREACHABLE = {
  type: "about:blank",
  title: "Backend unreachable",
  status: 502,
  detail: "The web client runs, but the Flowrex backend behind it does not answer.",
  code: "backend_unreachable",
};

export function isBackendPath(url = "/") {
  return BACKEND_PATH.test(url);
}

function forwardedHeaders(request) {
  const headers = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!NOT_FORWARDED.has(name)) headers[name] = value;
  }
  headers["x-forwarded-for"] = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  headers["x-forwarded-proto"] = request.socket.encrypted ? "https" : "http";
  headers["x-forwarded-host"] = request.headers.host ?? "";
  return headers;
}

/** Names and values as they came, without what belongs to the hop; repeated ones (Set-Cookie) stay apart. */
function answerHeaders(answer) {
  const raw = [];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i].toLowerCase();
    if (!["connection", "keep-alive", "proxy-connection", "transfer-encoding"].includes(name)) {
      raw.push(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
    }
  }
  return raw;
}

function callBackend(backend, request, headers) {
  const send = backend.protocol === "https:" ? httpsRequest : httpRequest;
  // agent false: a new connection each time. A kept one to a backend that restarted fails a request at random.
  const options = { method: request.method, headers, agent: false };
  return send(new URL(request.url, backend.origin), options);
}

function proxyRequest(backend, request, response) {
  // Not "close": a backend that refuses an upload early would shut the connection and its answer be lost.
  const outgoing = callBackend(backend, request, { ...forwardedHeaders(request), connection: "keep-alive" });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answerHeaders(answer));
    response.flushHeaders();
    pipeline(answer, response, () => {});
    // When it answered before it had read the body (413): drain the rest, so that the client reads the answer.
    answer.on("end", () => {
      request.unpipe(outgoing).resume();
      outgoing.destroy();
    });
  });
  outgoing.on("error", () => {
    request.unpipe(outgoing);
    if (response.headersSent) return; // the answer is under way and ends or breaks by itself
    const body = JSON.stringify(UNREACHABLE);
    response.writeHead(502, {
      "content-type": "application/problem+json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
    request.resume();
  });
  response.on("close", () => outgoing.destroy());
  // Not before the first byte of the body, else: the backend may refuse by the headers alone.
  if (request.headers["transfer-encoding"] || Number(request.headers["content-length"]) > 0)
    outgoing.flushHeaders();
  request.pipe(outgoing);
}

function proxyUpgrade(backend, request, socket, head) {
  socket.on("error", () => socket.destroy());
  const headers = { ...forwardedHeaders(request), connection: "Upgrade", upgrade: request.headers.upgrade };
  const outgoing = callBackend(backend, request, headers);
  const refuse = (line) => socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  outgoing.on("upgrade", (answer, upstream, upstreamHead) => {
    const lines = [`HTTP/1.1 101 ${answer.statusMessage}`];
    for (let i = 0; i < answer.rawHeaders.length; i += 2) {
      lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
    }
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    if (upstreamHead.length) socket.write(upstreamHead);
    if (head.length) upstream.write(head);
    socket.setNoDelay(true);
    upstream.setNoDelay(true);
    pipeline(upstream, socket, upstream, () => {});
  });
  outgoing.on("response", (answer) => {
    answer.resume();
    refuse(`${answer.statusCode} ${answer.statusMessage}`);
  });
  outgoing.on("error", () => refuse("502 Bad Gateway"));
  socket.on("close", () => outgoing.destroy());
  outgoing.end();
}

/** The server: `renderPage(request, response)` answers what is not the backend's. */
export function createFront(backendUrl, renderPage) {
  const backend = new URL(backendUrl);
  // Uploads and long answers take their time: only the headers have to come soon.
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 65_000 });
  server.on("request", (request, response) => {
    if (isBackendPath(request.url)) proxyRequest(backend, request, response);
    else renderPage(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    if (isBackendPath(request.url)) proxyUpgrade(backend, request, socket, head);
    else socket.destroy();
  });
  return server;
}

async function start() {
  const folder = dirname(fileURLToPath(import.meta.url));
  const port = Number(process.env.PORT ?? 3000);
  const hostname = process.env.HOSTNAME ?? "127.0.0.1";
  process.env.NODE_ENV = "production";
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  process.chdir(folder);
  const { config } = JSON.parse(readFileSync(join(folder, ".next/required-server-files.json"), "utf8"));
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
  const next = createRequire(join(folder, "server.js"))("next");
  // Left to itself Next listens for upgrades on our server and writes into sockets that are the backend's.
  const app = next({ dev: false, dir: folder, hostname, port, conf: config, httpServer: new Server() });
  await app.prepare();
  const server = createFront(process.env.BACKEND_URL ?? "http://127.0.0.1:8000", app.getRequestHandler());
  server.on("error", (error) => {
    console.error(`The web client cannot listen on ${hostname}:${port}: ${error.message}`);
    process.exit(1);
  });
  server.listen(port, hostname, () => console.log(`Flowrex web client on http://${hostname}:${port}`));

  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
      setTimeout(() => process.exit(0), 5000).unref(); // streams and uploads that do not end by themselves
    });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await start();
