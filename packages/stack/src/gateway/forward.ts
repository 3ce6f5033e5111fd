import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import type { Dispatcher } from "undici";
import { type ConditionalAnswer, conditionalAnswer } from "./conditional-answer.ts";
import { lostConnection } from "./lost-connection.ts";
import { requestHeaders, responseHeaders } from "./pass-headers.ts";
import { type Refusal, refuse } from "./refuse.ts";
import type { Target } from "./target.ts";

/** Bodies up to this size go out in one piece: one write instead of a stream, and the request can be repeated. */
const onePiece = 65_536;

/** Sends a request on and streams the answer back. Never throws: every failure is answered as a refusal. */
export function forward(req: IncomingMessage, res: ServerResponse, target: Target): void {
  const length = req.headers["content-length"];
  const size = length === undefined ? null : Number(length);
  if (size !== null && size > target.bodyLimit) {
    tooLarge(req, res, target);
  } else if (size === 0 || (size === null && req.headers["transfer-encoding"] === undefined)) {
    send(req, res, target, null);
  } else if (size !== null && size <= onePiece) {
    collect(req, size, (body) => send(req, res, target, body));
  } else {
    send(req, res, target, stream(req, res, target));
  }
}

function collect(req: IncomingMessage, size: number, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
}

function stream(req: IncomingMessage, res: ServerResponse, target: Target): Transform {
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      seen += chunk.length;
      if (seen <= target.bodyLimit) return next(null, chunk);
      tooLarge(req, res, target);
      next(overLimit);
    },
  });
  // The target may answer before it has read all. Then the rest is read and dropped, or the client would lose the answer with its connection.
  counter.on("close", () => {
    req.unpipe(counter);
    drop(req);
  });
  counter.on("error", () => {});
  req.on("error", (error) => counter.destroy(error));
  req.on("aborted", () => counter.destroy());
  return req.pipe(counter);
}

/** Reads what is left of a body, up to a bound. */
function drop(req: IncomingMessage): void {
  let dropped = 0;
  req.on("data", (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > mostDropped) req.destroy();
  });
  req.resume();
}

const mostDropped = 64 * 1024 * 1024;
const overLimit = new Error("the body is over the limit");

function send(req: IncomingMessage, res: ServerResponse, target: Target, body: Buffer | Transform | null): void {
  let controller: Dispatcher.DispatchController | null = null;
  let repeated = false;
  let held: ConditionalAnswer | null = null;
  const options: Dispatcher.DispatchOptions = {
    path: target.path,
    method: req.method as Dispatcher.HttpMethod,
    headers: requestHeaders(req, target, body !== null),
    body,
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (res.destroyed) started.abort(clientGone);
    },
    onResponseStart(_controller, status, headers) {
      const answered = responseHeaders(headers, target.requestId, status);
      const away = () => refuse(res, target.requestId, unreachable(target.name));
      held = conditionalAnswer(req, res, status, answered) ?? lostConnection(res, status, answered, away);
      if (!held) res.writeHead(status, answered);
    },
    onResponseData(started, chunk) {
      if (held) {
        if (!held.add(chunk)) held = null;
        return;
      }
      if (res.write(chunk) || res.destroyed) return;
      started.pause();
      res.once("drain", () => started.resume());
    },
    onResponseEnd() {
      if (held) held.end();
      else res.end();
    },
    onResponseError(_controller, error) {
      if (error === clientGone || error === overLimit || res.destroyed) return;
      const lost = codeOf(error) === "UND_ERR_SOCKET" || codeOf(error) === "ECONNRESET";
      if (lost && !repeated && !res.headersSent && (req.method === "GET" || req.method === "HEAD")) {
        repeated = true;
        target.pool.dispatch(options, handler);
      } else {
        refuse(res, target.requestId, refusalOf(error, target.name));
      }
    },
  };
  res.on("close", () => {
    if (!res.writableFinished) controller?.abort(clientGone);
  });
  target.pool.dispatch(options, handler);
}

const clientGone = new Error("the client closed the connection");

const codeOf = (error: Error): string | undefined => (error as NodeJS.ErrnoException).code;

function refusalOf(error: Error, name: string): Refusal {
  if (codeOf(error) === "UND_ERR_INVALID_ARG") {
    return {
      status: 400,
      code: "bad_request",
      message: "The request has a method, path or header that cannot be sent on.",
    };
  }
  if (codeOf(error) === "UND_ERR_HEADERS_TIMEOUT" || codeOf(error) === "UND_ERR_BODY_TIMEOUT") {
    return {
      status: 504,
      code: "timeout",
      message: `${name} did not answer in time.`,
      hint: "Try again; ask for less at once.",
    };
  }
  return unreachable(name);
}

function unreachable(name: string): Refusal {
  return {
    status: 503,
    code: "service_unavailable",
    message: `${name} is not reachable at the moment.`,
    hint: "Try again after the seconds in Retry-After; `npm run status` shows which piece is down.",
    retryAfter: 1,
  };
}

function tooLarge(req: IncomingMessage, res: ServerResponse, target: Target): void {
  refuse(res, target.requestId, {
    status: 413,
    code: "body_too_large",
    message: `The body is larger than the ${target.bodyLimit} bytes allowed here.`,
    hint: "Send less in one request.",
  });
  drop(req);
}
