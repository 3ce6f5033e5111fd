import { callVerb, type Database } from "./call-verb.ts";
import { Problem } from "./problem.ts";
import { requestId } from "./request-id.ts";

/** Whose key a verb is to remember its answer for; empty without a key. */
export type Once = { person_id?: string | null; idempotency_key?: string };

/**
 * Answers what this person was answered under the request's Idempotency-Key, or does the work, whose last step hands `once` to `verb`: that
 * verb remembers the answer in the transaction of its effect. `body` is what the verb calls its body. Refuses a key of another request before
 * anything is done.
 */
export async function answerOnce<Answer>(
  request: Request,
  { asService, personId }: { asService: Database; personId: string | null },
  verb: string,
  body: unknown,
  work: (once: Once) => Promise<Answer>,
): Promise<Answer> {
  const idempotency_key = request.headers.get("idempotency-key");
  if (idempotency_key === null) return work({});
  const once = { person_id: personId, idempotency_key };
  const given = () => callVerb<Answer | null>(asService, "given_answer", { ...once, verb, body }, requestId(request));
  const known = await given();
  if (known !== null) return known;
  try {
    return await work(once);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    // A twin may have been quicker, and have taken away what this one looked for.
    const told = await given();
    if (told !== null) return told;
    throw problem;
  }
}
