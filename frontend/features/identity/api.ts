"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { User } from "@/lib/api/contract";
import { http } from "@/lib/api/http";
import { adoptToken, API_BASE, dropSession, type TokenAnswer, useSessionStatus } from "@/lib/api/session";

export interface SignInOptions {
  registration: "open" | "invite" | "closed";
  demo: boolean;
}

const withCookie = { params: { cookie: true } };

export function useSignInOptions() {
  return useQuery({
    queryKey: ["auth", "options"],
    queryFn: async ({ signal }) =>
      (await http.get<SignInOptions>(`${API_BASE}/auth/options`, { signal })).data,
    staleTime: 60_000,
  });
}

export function useMe() {
  const status = useSessionStatus();
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }) => (await http.get<User>(`${API_BASE}/users/me`, { signal })).data,
    enabled: status === "signed_in",
    staleTime: 5 * 60_000,
  });
}

export function useUpdateMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: { display_name: string }) =>
      (await http.patch<User>(`${API_BASE}/users/me`, change)).data,
    onSuccess: (user) => queries.setQueryData(["me"], user),
  });
}

export function useSignIn() {
  return useMutation({
    mutationFn: async (credentials: { email: string; password: string }) =>
      (await http.post<TokenAnswer>(`${API_BASE}/auth/login`, credentials, withCookie)).data,
    onSuccess: adoptToken,
  });
}

export function useDemoSignIn() {
  return useMutation({
    mutationFn: async () =>
      (await http.post<TokenAnswer>(`${API_BASE}/auth/demo`, undefined, withCookie)).data,
    onSuccess: adoptToken,
  });
}

export function useSignUp() {
  return useMutation({
    mutationFn: async (account: { email: string; password: string; display_name: string }) => {
      await http.post<User>(`${API_BASE}/auth/register`, account);
      const { email, password } = account;
      return (await http.post<TokenAnswer>(`${API_BASE}/auth/login`, { email, password }, withCookie)).data;
    },
    onSuccess: adoptToken,
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await http.post(`${API_BASE}/auth/logout`);
    },
    onSuccess: () => {
      dropSession();
      queries.clear();
    },
  });
}
