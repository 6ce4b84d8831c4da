import axios, { type AxiosError, type InternalAxiosRequestConfig } from "axios";

import { toApiProblem } from "@/lib/api/problem";
import { reportReachable, reportUnreachable } from "@/lib/api/reachability";
import { dropSession, findAccessToken, refreshSession } from "@/lib/api/session";

type Retried = InternalAxiosRequestConfig & { isRetry?: boolean };

/** Signing in and out says what it means by 401 itself. */
const SESSION_ROUTES = /\/auth\/(login|refresh|register|logout|demo|options|first-admin)\b/;

/**
 * The one axios instance, under the generated client too. It puts the access token on each call,
 * refreshes it once on 401 and repeats the call, and throws ApiProblem, never a bare axios error.
 */
export const http = axios.create({
  withCredentials: true,
  headers: { Accept: "application/json, application/problem+json" },
  // `symbol=A&symbol=B`, the way FastAPI reads lists.
  paramsSerializer: { indexes: null },
});

http.interceptors.request.use(async (config) => {
  if (SESSION_ROUTES.test(config.url ?? "")) return config;
  const token = await findAccessToken();
  if (token) config.headers.set("Authorization", `Bearer ${token}`);
  return config;
});

http.interceptors.response.use(
  (response) => {
    reportReachable();
    return response;
  },
  async (error: AxiosError) => {
    if (axios.isCancel(error)) throw error;
    let problem = toApiProblem(error);
    const config = error.config as Retried | undefined;
    if (problem.status === 401 && config && !SESSION_ROUTES.test(config.url ?? "")) {
      if (config.isRetry) dropSession();
      else {
        const refreshed = await refreshSession().catch((reason: unknown) => {
          problem = toApiProblem(reason);
          return false;
        });
        if (refreshed) return http({ ...config, isRetry: true } as Retried);
      }
    }
    if (problem.isUnreachable) reportUnreachable();
    else reportReachable();
    throw problem;
  },
);
