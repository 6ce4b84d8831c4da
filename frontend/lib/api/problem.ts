import { isAxiosError } from "axios";

export interface ProblemError {
  location?: string;
  line?: number;
  column?: number;
  code?: string;
  message: string;
}

interface ProblemDocument {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  request_id?: string;
  errors?: ProblemError[];
}

/** What went wrong with a call to the API, in one shape: an RFC 9457 problem, or no answer at all (status 0). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  readonly errors: readonly ProblemError[];
  readonly retryAfterSeconds: number | null;

  constructor(problem: ProblemDocument, retryAfterSeconds: number | null = null) {
    super(problem.detail || problem.title || "The request failed.");
    this.status = problem.status ?? 0;
    this.code = problem.code ?? "unknown";
    this.title = problem.title ?? "Request failed";
    this.requestId = problem.request_id ?? null;
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Nobody answered, or the proxy in front found no backend: worth waiting, nothing the user did. */
  get isUnreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }
}

export const UNREACHABLE: ProblemDocument = {
  status: 0,
  code: "unreachable",
  title: "Flowrex does not answer",
  detail: "The server could not be reached.",
};

function asDocument(data: unknown): ProblemDocument | null {
  if (typeof data === "string") {
    try {
      return asDocument(JSON.parse(data));
    } catch {
      return null;
    }
  }
  if (typeof data !== "object" || data === null) return null;
  const { status, code, title, detail } = data as Record<string, unknown>;
  if (typeof title !== "string" && typeof detail !== "string" && typeof code !== "string") return null;
  return { ...(data as ProblemDocument), status: typeof status === "number" ? status : undefined };
}

/** Turns anything thrown by a call into an ApiProblem; a cancelled call stays what it is. */
export function toApiProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (isAxiosError(error)) {
    const { response } = error;
    if (!response) return new ApiProblem(UNREACHABLE);
    const retryAfter = Number(response.headers["retry-after"]);
    const document = asDocument(response.data);
    return new ApiProblem(
      {
        title: "Request failed",
        detail: `The server answered with status ${response.status}.`,
        code: `http_${response.status}`,
        request_id: response.headers["x-request-id"] as string | undefined,
        ...document,
        status: response.status,
      },
      Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
    );
  }
  return new ApiProblem({
    code: "client_error",
    title: "Something broke on this page",
    detail: error instanceof Error ? error.message : String(error),
    status: -1,
  });
}

/** The last name on a mistake's way, as in `body.webhook.url`: the field of a form. */
export function fieldOf({ location }: ProblemError): string | null {
  return location?.split(".").findLast((part) => !/^\d+$/.test(part)) ?? null;
}

/** Each mistake that a problem names, in a sentence, once. */
export function describeErrors(problem: ApiProblem): string[] {
  const sentences = problem.errors.map((error) => {
    if (error.line != null) return `Line ${error.line}, column ${error.column ?? 1}: ${error.message}`;
    const field = fieldOf(error);
    if (field === null || ["body", "query", "path"].includes(field)) return error.message;
    const name = field.replaceAll("_", " ");
    return `${name[0]!.toUpperCase()}${name.slice(1)}: ${error.message}`;
  });
  return [...new Set(sentences)];
}

const ADVICE: Record<string, string> = {
  invalid_credentials: "Check both, capital letters too.",
  email_taken: "Sign in instead, or use another address.",
  instrument_not_found: "Add it or import its bars, or choose another symbol.",
  provider_not_shared: "An admin can add it, or whoever runs this installation states the right to share.",
  provider_not_configured:
    "Whoever runs this installation sets it up; what to set stands on the page that adds symbols.",
  provider_unavailable: "Try again in a moment. If it stays, the provider has a fault of its own.",
  refresh_token_reused: "Sign in again.",
};

/** What the reader can do about it, in one sentence. */
export function adviseOn(problem: ApiProblem): string {
  const advice = ADVICE[problem.code];
  if (advice) return advice;
  if (problem.isUnreachable) {
    return "Check that Flowrex is running and that you are connected. This page goes on by itself when it is back.";
  }
  switch (problem.status) {
    case 401:
      return "Sign in again.";
    case 403:
      return "Your account may not do this. Ask an administrator of this installation.";
    case 404:
      return "It may have been deleted, or it belongs to somebody else.";
    case 409:
      return "Reload the page to see how things stand now, then try again.";
    case 413:
      return "Choose a smaller file, or split it.";
    case 422:
    case 400:
      return "Correct what is named and try again.";
    case 429:
      return problem.retryAfterSeconds
        ? `Wait ${Math.ceil(problem.retryAfterSeconds)} seconds, then try again.`
        : "Wait a moment, then try again.";
    case -1:
      return "Reload the page. Nothing you saved is lost.";
    default:
      return "Try again in a moment. If it stays, give the request id to whoever runs this installation.";
  }
}
