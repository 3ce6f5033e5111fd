import { createSeatline, type Seatline } from "../../packages/sdk/src/index.ts";
import { createTokenSigner, type SigningKey } from "../../packages/stack/src/gateway/sign-tokens.ts";
import { newCustomers } from "./crowd.ts";
import { userClaims } from "./people.ts";
import type { TestStack } from "./stack.ts";

/** A person with an account and a token, who never had to sign up over HTTP: quicker where a test is not about signing up. */
export type Learner = {
  id: string;
  seatline: Seatline;
  /** The access token, for requests beside the client. */
  token: string;
  /** Calls a verb as a browser would, with exactly this body, and gives the answer as it came. */
  call(verb: string, body: unknown): Promise<Answer>;
};

/** What came back over HTTP. */
export type Answer = { status: number; code: string | null; body: Record<string, unknown> };

/** Makes people on the run's stack, many at once. */
export async function newLearners(stack: TestStack, count: number): Promise<Learner[]> {
  const signer = createTokenSigner(stack.keys.jwk as SigningKey);
  const ids = await newCustomers(stack.sql, count);
  const claims = ids.map((id) => userClaims(id));
  // The gateway takes tokens of sessions that live.
  await stack.sql.begin(async (sql) => {
    await sql`select set_config('role', 'none', true)`;
    await sql`insert into auth.sessions (id, user_id, created_at, updated_at)
      select id, user_id, now(), now() from unnest(${claims.map(({ session_id }) => String(session_id))}::uuid[], ${ids}::uuid[]) as made (id, user_id)`;
  });
  return ids.map((id, index) => {
    const token = signer.sign(claims[index] ?? {}, 3600);
    return {
      id,
      token,
      seatline: createSeatline({
        url: stack.urls.api,
        key: stack.keys.publishableKey,
        accessToken: async () => token,
        maxRetries: 0,
      }),
      call: (verb, body) => callVerb(stack, token, verb, body),
    };
  });
}

/** Makes one person. */
export async function newLearner(stack: TestStack): Promise<Learner> {
  return (await newLearners(stack, 1))[0] as Learner;
}

/** Somebody who only looks. */
export function visitor(stack: TestStack): Seatline {
  return createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey });
}

/** How often each answer came: `200`, or a status with its code. */
export function tallyAnswers(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const name = code === null ? String(status) : `${status} ${code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function callVerb(stack: TestStack, token: string, verb: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${stack.urls.api}/rest/v1/rpc/${verb}`, {
    method: "POST",
    headers: {
      apikey: stack.keys.publishableKey,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, code: response.ok ? null : String(answer.code), body: answer };
}
