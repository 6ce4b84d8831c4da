"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import {
  createFirstAdmin,
  readMe,
  readSignInOptions,
  register,
  signIn,
  signInAsDemo,
  signOut,
  updateMe,
  type UserCreate,
} from "@/lib/api/generated";
import { adoptToken, dropSession, useSessionStatus } from "@/lib/api/session";

/** The refresh token goes into a cookie that no script sees. */
const AS_COOKIE = { query: { cookie: true } };

export function useSignInOptions() {
  return useQuery({
    queryKey: ["sign-in-options"],
    queryFn: async ({ signal }) => (await readSignInOptions({ signal })).data,
    staleTime: 60_000,
  });
}

export function useMe() {
  const status = useSessionStatus();
  return useQuery({
    queryKey: ["me"],
    queryFn: async ({ signal }) => (await readMe({ signal })).data,
    enabled: status === "signed_in",
    staleTime: 5 * 60_000,
  });
}

export function useUpdateMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: { display_name: string }) => (await updateMe({ body: change })).data,
    onSuccess: (user) => queries.setQueryData(["me"], user),
  });
}

export function useSignIn() {
  return useMutation({
    mutationFn: async (credentials: { email: string; password: string }) =>
      (await signIn({ body: credentials, ...AS_COOKIE })).data,
    onSuccess: adoptToken,
  });
}

export function useDemoSignIn() {
  return useMutation({
    mutationFn: async () => (await signInAsDemo(AS_COOKIE)).data,
    onSuccess: adoptToken,
  });
}

/** Makes the account and signs in with it. `token`: the start log's one-time word, for the first administrator. */
export function useSignUp(token: string | null) {
  return useMutation({
    mutationFn: async (account: UserCreate) => {
      if (token) await createFirstAdmin({ body: { ...account, token } });
      else await register({ body: account });
      const { email, password } = account;
      return (await signIn({ body: { email, password }, ...AS_COOKIE })).data;
    },
    onSuccess: adoptToken,
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await signOut();
    },
    onSuccess: () => {
      dropSession();
      queries.clear();
    },
  });
}
