import { log } from "./log.ts";
import { Problem } from "./problem.ts";
import { requestId } from "./request-id.ts";

type Fetch = (request: Request) => Promise<Response>;

/** Wraps a function so that whatever happens inside, the caller gets `{code, message, details, hint}` and its `x-request-id` back. */
export function respond(answer: Fetch): Fetch {
  return async (incoming) => {
    const id = requestId(incoming);
    const request = new Request(incoming);
    request.headers.set("x-request-id", id);
    const response = await answerOrRefuse(answer, request, id);
    const named = new Response(response.body, response);
    named.headers.set("x-request-id", id);
    return named;
  };
}

async function answerOrRefuse(answer: Fetch, request: Request, id: string): Promise<Response> {
  try {
    const response = await answer(request);
    return response.headers.has("x-supabase-server-error") ? await unauthorized(response, id) : response;
  } catch (error) {
    if (error instanceof Problem) {
      if (error.status >= 500) log("error", error.message, { request_id: id, code: error.code, cause: error.cause });
      return error.toResponse();
    }
    log("error", "unexpected failure", { request_id: id, cause: error });
    return new Problem("internal_error", 500, "Something went wrong on our side.", {
      hint: `Try again; if it stays, report the request id ${id}.`,
    }).toResponse();
  }
}

/** `@supabase/server` answers a bad token in a form of its own; the caller gets ours. */
async function unauthorized(response: Response, id: string): Promise<Response> {
  const reason = response.headers.get("x-supabase-server-error");
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"),
  );
  if (response.status >= 500) {
    log("error", "the function's keys are not configured", { request_id: id, reason, body: await response.text() });
    return new Problem("internal_error", 500, "This function is not configured completely.", {
      hint: "Set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEYS, SUPABASE_SECRET_KEYS and SUPABASE_JWKS.",
      headers,
    }).toResponse();
  }
  await response.body?.cancel();
  return new Problem("sign_in_required", 401, "This needs a signed-in user.", {
    hint: "Sign in and send the access token as `Authorization: Bearer <token>`.",
    details: reason,
    headers,
  }).toResponse();
}
