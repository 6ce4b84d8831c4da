/** What travels over `/api/v1/stream`, as docs/live.md and the backend's live room have it. */

export interface DataMessage {
  seq: number;
  channel: string;
  data: unknown;
}

export interface Rejection {
  channel: string;
  code: string;
  detail: string;
}

export type ControlMessage =
  | { type: "authenticated" }
  | { type: "subscribed"; channels: string[]; rejected: Rejection[] }
  | { type: "unsubscribed"; channels: string[] }
  | { type: "heartbeat"; at: string }
  | { type: "gap"; channel: string }
  | { type: "pong" }
  | { type: "error"; code: string; detail: string };

export type ServerMessage = DataMessage | ControlMessage;

/** Not, or no longer, signed in. */
export const CLOSE_NOT_SIGNED_IN = 4401;
/** The server holds enough connections already. */
export const CLOSE_TRY_LATER = 1013;

/** The message in a frame, or null when it is none that this client understands. */
export function readMessage(text: unknown): ServerMessage | null {
  if (typeof text !== "string") return null;
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null) return null;
    if ("type" in read && typeof read.type === "string") return read as ControlMessage;
    if ("seq" in read && "channel" in read && "data" in read) return read as DataMessage;
  } catch {
    // Not JSON: whatever it is, it is not for us.
  }
  return null;
}

/** The stream's address on the host that serves this page, or on the API's own. */
export function streamUrl(apiBase: string, page: string, ticket: string): string {
  const url = new URL(`${apiBase}/stream`, page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("ticket", ticket);
  return url.href;
}
