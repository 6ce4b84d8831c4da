import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { LiveConnection } from "@/lib/live/connection";
import { readMessage, streamUrl } from "@/lib/live/protocol";

class FakeSocket {
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly ticket: string) {}
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {
    this.readyState = 3;
  }
  hear(message: unknown) {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  drop(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

let sockets: FakeSocket[];
let signedIn: boolean;
let online: boolean;
let token: string;
let getTicket: ReturnType<typeof vi.fn<() => Promise<string>>>;
let live: LiveConnection;

const newest = () => sockets[sockets.length - 1]!;
const settle = () => vi.advanceTimersByTimeAsync(0);
const listener = () => ({ onMessage: vi.fn(), onGap: vi.fn() });

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  signedIn = online = true;
  token = "token-1";
  let tickets = 0;
  getTicket = vi.fn(async () => `ticket-${(tickets += 1)}`);
  live = new LiveConnection({
    openSocket: (ticket) => {
      const socket = new FakeSocket(ticket);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    getTicket,
    findToken: async () => token,
    isSignedIn: () => signedIn,
    isOnline: () => online,
    random: () => 1,
  });
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

async function connect() {
  await settle();
  newest().hear({ type: "authenticated" });
  await settle();
}

describe("listening", () => {
  it("opens one socket with a ticket and subscribes everything at once", async () => {
    live.listen("quotes:1", listener());
    live.listen("quotes:2", listener());
    live.listen("quotes:1", listener());
    await connect();
    expect(sockets.map((socket) => socket.ticket)).toEqual(["ticket-1"]);
    expect(newest().sent).toEqual([{ action: "subscribe", channels: ["quotes:1", "quotes:2"], after: {} }]);
    expect(live.getStatus()).toBe("live");
  });

  it("passes messages to those who listen, each once", async () => {
    const one = listener();
    const two = listener();
    live.listen("quotes:1", one);
    live.listen("quotes:2", two);
    await connect();
    newest().hear({ seq: 5, channel: "quotes:1", data: { price: 1 } });
    newest().hear({ seq: 5, channel: "quotes:1", data: { price: 1 } });
    newest().hear({ seq: 4, channel: "quotes:1", data: { price: 0 } });
    newest().hear("rubbish");
    expect(one.onMessage.mock.calls).toEqual([[{ price: 1 }, 5]]);
    expect(two.onMessage).not.toHaveBeenCalled();
  });

  it("unsubscribes when the last one leaves, and not when a render only moves it", async () => {
    const end = live.listen("quotes:1", listener());
    await connect();
    end();
    const again = live.listen("quotes:1", listener());
    await settle();
    expect(newest().sent).toHaveLength(1);
    again();
    await settle();
    expect(newest().sent[1]).toEqual({ action: "unsubscribe", channels: ["quotes:1"] });
  });

  it("does not connect for somebody who is not signed in", async () => {
    signedIn = false;
    live.listen("quotes:1", listener());
    await vi.advanceTimersByTimeAsync(120_000);
    expect(getTicket).not.toHaveBeenCalled();
    signedIn = true;
    live.wake();
    await connect();
    expect(live.getStatus()).toBe("live");
  });

  it("asks again for channels that could not be checked", async () => {
    live.listen("quotes:1", listener());
    await connect();
    const rejected = [{ channel: "quotes:1", code: "service_unavailable", detail: "" }];
    newest().hear({ type: "subscribed", channels: [], rejected });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(newest().sent).toHaveLength(2);
  });
});

describe("coming back", () => {
  it("resumes after the last message, and tells of what may be lost", async () => {
    const heard = listener();
    const silent = listener();
    live.listen("quotes:1", heard);
    live.listen("alerts", silent);
    await connect();
    newest().hear({ seq: 7, channel: "quotes:1", data: 1 });
    newest().drop();
    expect(live.getStatus()).toBe("connecting");
    await vi.advanceTimersByTimeAsync(500);
    await connect();
    expect(sockets).toHaveLength(2);
    expect(newest().sent).toEqual([
      { action: "subscribe", channels: ["quotes:1", "alerts"], after: { "quotes:1": 7 } },
    ]);
    expect(heard.onGap).not.toHaveBeenCalled();
    expect(silent.onGap).toHaveBeenCalledTimes(1);
    newest().hear({ type: "gap", channel: "quotes:1" });
    expect(heard.onGap).toHaveBeenCalledTimes(1);
    newest().hear({ seq: 3, channel: "quotes:1", data: 2 }); // the numbers began anew
    expect(heard.onMessage).toHaveBeenLastCalledWith(2, 3);
  });

  it("waits longer and longer, and begins anew once it was in", async () => {
    getTicket.mockRejectedValue(new Error("nobody answers"));
    live.listen("quotes:1", listener());
    await settle();
    for (const [pause, tries] of [
      [500, 2],
      [1_000, 3],
      [2_000, 4],
      [4_000, 5],
    ] as const) {
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(getTicket).toHaveBeenCalledTimes(tries - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(getTicket).toHaveBeenCalledTimes(tries);
    }
    expect(live.getStatus()).toBe("offline");
    getTicket.mockResolvedValue("ticket");
    await vi.advanceTimersByTimeAsync(8_000);
    await connect();
    newest().drop();
    const before = getTicket.mock.calls.length;
    await vi.advanceTimersByTimeAsync(500);
    expect(getTicket).toHaveBeenCalledTimes(before + 1);
  });

  it("does not wait when the network or the page comes back", async () => {
    live.listen("quotes:1", listener());
    await connect();
    online = false;
    live.sleep();
    newest().drop();
    expect(live.getStatus()).toBe("offline");
    online = true;
    live.wake();
    await connect();
    expect(sockets).toHaveLength(2);
    expect(live.getStatus()).toBe("live");
  });

  it("gives up a socket that says nothing", async () => {
    live.listen("quotes:1", listener());
    await connect();
    newest().hear({ type: "heartbeat", at: "" });
    await vi.advanceTimersByTimeAsync(24_000);
    expect(live.getStatus()).toBe("live");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(live.getStatus()).toBe("connecting");
    expect(sockets[0]!.readyState).toBe(3);
  });

  it("asks a socket that was silent while the page was hidden", async () => {
    live.listen("quotes:1", listener());
    await connect();
    await vi.advanceTimersByTimeAsync(13_000);
    live.wake();
    expect(newest().sent.at(-1)).toEqual({ action: "ping" });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(live.getStatus()).toBe("connecting");
  });

  it("proves again with a fresh token, and stops when somebody signs out", async () => {
    live.listen("quotes:1", listener());
    await connect();
    newest().hear({ type: "heartbeat", at: "" });
    await settle();
    expect(newest().sent).toHaveLength(1);
    token = "token-2";
    newest().hear({ type: "heartbeat", at: "" });
    await settle();
    expect(newest().sent.at(-1)).toEqual({ action: "authenticate", token: "token-2" });
    signedIn = false;
    live.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]!.readyState).toBe(3);
  });
});

describe("what travels", () => {
  it("reads what it knows and nothing else", () => {
    expect(readMessage('{"type":"pong"}')).toEqual({ type: "pong" });
    for (const text of ["", "null", "[]", "{}", "1", '{"seq":1}', "{", new ArrayBuffer(1)]) {
      expect(readMessage(text)).toBeNull();
    }
  });

  it("speaks to the host of the page, or to the API's own", () => {
    expect(streamUrl("/api/v1", "https://a.example/chart?x=1", "t/1")).toBe(
      "wss://a.example/api/v1/stream?ticket=t%2F1",
    );
    expect(streamUrl("http://127.0.0.1:8000/api/v1", "http://localhost:3000/", "t")).toBe(
      "ws://127.0.0.1:8000/api/v1/stream?ticket=t",
    );
  });
});
