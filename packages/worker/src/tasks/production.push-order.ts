import { PermanentFailure } from "../permanent-failure.ts";
import type { Settings } from "../settings.ts";
import { SIGNATURE_HEADER, sign } from "../signature.ts";
import type { EventTask, RunContext } from "./task.ts";

const LONGEST_ANSWER = 64 * 1024;
/** These say that this very order cannot be taken; every other refusal may be a mistake in the set-up that is mended meanwhile. */
const FINAL = new Set([400, 409, 410, 413, 415, 422]);

type OrderDocument = { effect_key: string; order: { number: string } } & Record<string, unknown>;
type Answer = { status: number; message: string | null };

/**
 * order.paid: hands the order to the production system. 2xx means that it is done; 202 that the system has taken it and will report on
 * the process by the function process-update. The idempotency key is the effect key, so that no repetition makes anything twice.
 */
export const pushOrder: EventTask = async (job, context) => {
  const { sql, settings, log } = context;
  if (!settings.production) return;
  const [row] = await sql<{ document: OrderDocument | null }[]>`
    select private.production_document(${job.event_id}) as document`;
  if (!row?.document) return;
  const { effect_key } = row.document;
  const answer = await send(effect_key, { ...row.document, process_id: job.process_id }, settings.production, context);
  log.info({ effect_key, status: answer.status }, "order pushed to production");
  if (answer.status === 202) return await context.handOver(answer.message);
  await context.complete(async (transaction) => {
    await transaction`select private.finish_process(${job.process_id}, ${answer.message})`;
  });
};

async function send(
  effectKey: string,
  document: object,
  production: NonNullable<Settings["production"]>,
  { signal, correlationId }: RunContext,
): Promise<Answer> {
  const { url, secret, timeout } = production;
  const body = JSON.stringify(document);
  const response = await fetch(url, {
    method: "POST",
    body,
    // Another host would get the customer's name and address: the endpoint is only ever the one that was configured.
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: {
      "content-type": "application/json",
      "idempotency-key": effectKey,
      "x-request-id": correlationId,
      [SIGNATURE_HEADER]: sign(body, secret),
    },
  }).catch((error: Error) => {
    throw new Error(`The production system could not be reached: ${reasonOf(error)}`, { cause: error });
  });
  const answer: Answer = { status: response.status, message: messageIn(await readStart(response)) };
  if (response.ok) return answer;
  const told = `The production system answered ${response.status}${answer.message ? `: ${answer.message}` : "."}`;
  if (response.status >= 300 && response.status < 400)
    throw new PermanentFailure(`${told} Redirects are not followed: set PRODUCTION_URL to the final address.`);
  if (FINAL.has(response.status)) throw new PermanentFailure(told);
  throw new Error(told);
}

/** What came of an answer's first 64 kB; the order is handed over by the status, whatever happens to the rest. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > LONGEST_ANSWER) break;
    }
  } catch {
    // The status has arrived, and it is what counts.
  }
  return text;
}

function messageIn(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message.slice(0, 500) : null;
  } catch {
    return null;
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? (error.name === "TimeoutError" ? "no answer in time" : error.message);
}
