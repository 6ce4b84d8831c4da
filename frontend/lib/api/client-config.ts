import type { CreateClientConfig } from "@/lib/api/generated/client.gen";
import { http } from "@/lib/api/http";
import { API_BASE } from "@/lib/api/session";

/** The generated client speaks through our axios instance and throws ApiProblem. Its paths hold /api/v1. */
export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  axios: http,
  baseURL: API_BASE.replace(/\/api\/v1$/, ""),
  throwOnError: true,
});
