import { randomBytes } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import type { Stack } from "../../packages/stack/src/index.ts";
import { openPool, type Pool } from "./database.ts";
import { expectInvariants } from "./invariants.ts";

/** The run's whole stack as test files see it. It is shared: build what a test needs, and touch nothing that others may read. */
export type TestStack = Pick<Stack, "home" | "urls" | "keys" | "ports"> & {
  /** A pool for the owner `postgres`, to build what a test needs and to look behind the API. */
  sql: Pool;
};

/** A person who signed up over HTTP. */
export type SignedUp = { client: SupabaseClient; id: string; email: string; password: string; token: string };

/** Gives a test file the run's stack, started by the first file that asks. The shop's invariants are asserted after each test. */
export function useStack(options: { invariants?: boolean } = {}): TestStack {
  const stack = {} as TestStack;
  beforeAll(async () => {
    const answer = await fetch(inject("stackUrl"), { method: "POST" });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The stack of this run did not start: ${text}`);
    const { home, urls, keys, ports } = JSON.parse(text) as TestStack;
    Object.assign(stack, { home, urls, keys, ports, sql: openPool(urls.superuser, { max: 3 }) });
  }, 120_000);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail" && options.invariants !== false) await expectInvariants(stack.sql);
  });
  afterAll(async () => {
    await stack.sql?.end({ timeout: 1 });
  });
  return stack;
}

/** A supabase-js client with the given key (the publishable one unless said otherwise) and nobody signed in. */
export function anonymousClient(stack: TestStack, key = stack.keys.publishableKey): SupabaseClient {
  return createClient(stack.urls.api, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

/** Signs a new person up over HTTP, as a storefront does, and gives their client. */
export async function signUp(stack: TestStack, metadata: Record<string, unknown> = {}): Promise<SignedUp> {
  const client = anonymousClient(stack);
  const email = `${randomBytes(8).toString("hex")}@example.test`;
  const password = `${randomBytes(9).toString("hex")}-A1`;
  const { data, error } = await client.auth.signUp({ email, password, options: { data: metadata } });
  if (error) throw error;
  if (!data.user || !data.session) throw new Error("Signing up gave no session.");
  return { client, id: data.user.id, email, password, token: data.session.access_token };
}

/** Signs a new person up and gives them a role of staff. */
export async function signUpStaff(stack: TestStack, role: string): Promise<SignedUp> {
  const person = await signUp(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${person.id}, ${role})`;
  return person;
}
