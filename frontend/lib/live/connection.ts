import { CLOSE_TRY_LATER, readMessage, type ControlMessage, type DataMessage } from "@/lib/live/protocol";

export type LiveStatus = "connecting" | "live" | "offline";

export interface ChannelListener {
  onMessage: (data: unknown, seq: number) => void;
  /** Messages may be lost: ask for the present state over REST. */
  onGap?: () => void;
}

/** What the connection stands on; tests put their own in. */
export interface Surroundings {
  openSocket: (ticket: string) => WebSocket;
  /** Rejects when nobody answers or nobody is signed in. */
  getTicket: () => Promise<string>;
  /** The access token as it is now, refreshed when it is about to end. */
  findToken: () => Promise<string | null>;
  isSignedIn: () => boolean;
  isOnline: () => boolean;
  random: () => number;
}

interface ChannelState {
  listeners: Set<ChannelListener>;
  /** The last message seen; 0 before the first. */
  seq: number;
  /** Whether this connection, or one before it, was told of the channel: then silence may hide a loss. */
  wasHeld: boolean;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** The server says something every ten seconds. */
const SILENCE_MS = 25_000;
/** When a page comes back into view, so old a last word makes it ask. */
const DOUBT_MS = 12_000;
const ANSWER_MS = 4_000;
const OPEN_MS = 15_000;
const AGAIN_MS = 5_000;
const FAILURES_UNTIL_OFFLINE = 3;

/** One socket for the whole tab: it comes back by itself, and its listeners do not notice but for gaps. */
export class LiveConnection {
  private socket: WebSocket | null = null;
  private isOpening = false;
  private status: LiveStatus = "connecting";
  private failures = 0;
  private heardAt = 0;
  private tokenSent: string | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private flushing = false;
  private readonly channels = new Map<string, ChannelState>();
  /** What the server was told of on this socket. */
  private readonly told = new Set<string>();
  private readonly statusListeners = new Set<() => void>();

  constructor(private readonly around: Surroundings) {}

  /** Listens to a channel; the returned function ends it. */
  listen(channel: string, listener: ChannelListener): () => void {
    let state = this.channels.get(channel);
    if (!state) {
      state = { listeners: new Set(), seq: 0, wasHeld: false };
      this.channels.set(channel, state);
    }
    state.listeners.add(listener);
    this.flushSoon();
    this.connect();
    return () => {
      state.listeners.delete(listener);
      this.flushSoon();
    };
  }

  watchStatus(listener: () => void): () => void {
    this.statusListeners.add(listener);
    this.connect();
    return () => void this.statusListeners.delete(listener);
  }

  getStatus(): LiveStatus {
    return this.status;
  }

  /** The network is back, the page is looked at again, somebody signed in: do not wait any longer. */
  wake() {
    if (!this.around.isSignedIn()) return this.stop();
    if (!this.around.isOnline()) return this.setStatus("offline");
    if (this.socket && this.status === "live") {
      if (Date.now() - this.heardAt < DOUBT_MS) return;
      this.say({ action: "ping" });
      this.expectWords(ANSWER_MS);
      return;
    }
    if (this.socket || this.isOpening) return;
    clearTimeout(this.retry);
    this.retry = undefined;
    this.connect();
  }

  /** The browser lost its network: what is shown is old from now on. */
  sleep() {
    this.setStatus("offline");
  }

  /** Nobody is signed in any more. */
  stop() {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.letGo();
    this.failures = 0;
    for (const state of this.channels.values()) Object.assign(state, { seq: 0, wasHeld: false });
    this.setStatus("offline");
  }

  private get isWanted() {
    return this.channels.size > 0 || this.statusListeners.size > 0;
  }

  private connect() {
    if (this.socket || this.isOpening || this.retry !== undefined) return;
    if (!this.isWanted || !this.around.isSignedIn()) return;
    this.isOpening = true;
    if (this.status === "offline" && this.failures === 0) this.setStatus("connecting");
    void this.open().finally(() => {
      this.isOpening = false;
      if (!this.socket) this.retryLater();
    });
  }

  private async open() {
    try {
      const token = await this.around.findToken();
      const ticket = await this.around.getTicket();
      if (!this.around.isSignedIn()) return;
      this.tokenSent = token;
      this.adopt(this.around.openSocket(ticket));
    } catch {
      // Nobody answers: later again.
    }
  }

  private adopt(socket: WebSocket) {
    this.socket = socket;
    this.told.clear();
    this.expectWords(OPEN_MS);
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.socket === socket) this.hear(event.data);
    };
    socket.onclose = (event: CloseEvent) => {
      if (this.socket !== socket) return;
      if (event.code === CLOSE_TRY_LATER) this.failures = Math.max(this.failures, 6);
      this.letGo();
      this.retryLater();
    };
  }

  private letGo() {
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = null;
    this.told.clear();
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private retryLater() {
    if (!this.around.isSignedIn() || this.retry !== undefined || this.socket) return;
    this.failures += 1;
    const isAway = !this.around.isOnline() || this.failures >= FAILURES_UNTIL_OFFLINE;
    this.setStatus(isAway ? "offline" : "connecting");
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    this.retry = setTimeout(
      () => {
        this.retry = undefined;
        this.connect();
      },
      pause * (0.5 + this.around.random() / 2),
    );
  }

  private hear(text: unknown) {
    this.heardAt = Date.now();
    this.expectWords(SILENCE_MS);
    const message = readMessage(text);
    if (!message) return;
    if ("seq" in message) this.pass(message);
    else this.obey(message);
  }

  private pass({ channel, seq, data }: DataMessage) {
    const state = this.channels.get(channel);
    if (!state || seq <= state.seq) return;
    state.seq = seq;
    for (const listener of [...state.listeners]) listener.onMessage(data, seq);
  }

  private obey(message: ControlMessage) {
    if (message.type === "authenticated") {
      this.failures = 0;
      this.setStatus("live");
      this.flush();
    } else if (message.type === "gap") {
      this.tellGap(message.channel);
    } else if (message.type === "heartbeat") {
      void this.proveAgain();
    } else if (message.type === "subscribed") {
      const isAway = message.rejected.some((one) => one.code === "service_unavailable");
      for (const one of message.rejected) {
        if (one.code === "service_unavailable") this.told.delete(one.channel);
      }
      if (isAway) setTimeout(() => this.flushSoon(), AGAIN_MS);
    }
  }

  private tellGap(channel: string) {
    const state = this.channels.get(channel);
    if (!state) return;
    state.seq = 0; // numbers may begin anew
    for (const listener of [...state.listeners]) listener.onGap?.();
  }

  /** Sends a fresh access token before the old one ends, so that the connection outlives it. */
  private async proveAgain() {
    const socket = this.socket;
    const token = await this.around.findToken().catch(() => null);
    if (!token || token === this.tokenSent || socket !== this.socket) return;
    this.tokenSent = token;
    this.say({ action: "authenticate", token });
  }

  private expectWords(withinMs: number) {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.letGo();
      this.retryLater();
    }, withinMs);
  }

  /** Tells the server what changed, once for everything that a render changes. */
  private flushSoon() {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush() {
    const left: string[] = [];
    for (const [channel, state] of this.channels) {
      if (state.listeners.size > 0) continue;
      this.channels.delete(channel);
      if (this.told.delete(channel)) left.push(channel);
    }
    if (this.status !== "live") return;
    if (left.length > 0) this.say({ action: "unsubscribe", channels: left });
    const wanted = [...this.channels].filter(([channel]) => !this.told.has(channel));
    if (wanted.length === 0) return;
    const after: Record<string, number> = {};
    const unsure: string[] = [];
    for (const [channel, state] of wanted) {
      this.told.add(channel);
      if (state.seq > 0) after[channel] = state.seq;
      else if (state.wasHeld) unsure.push(channel);
      state.wasHeld = true;
    }
    this.say({ action: "subscribe", channels: wanted.map(([channel]) => channel), after });
    for (const channel of unsure) this.tellGap(channel);
  }

  private say(message: unknown) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private setStatus(next: LiveStatus) {
    if (next === this.status) return;
    this.status = next;
    for (const listener of [...this.statusListeners]) listener();
  }
}
