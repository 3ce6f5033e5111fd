import { createHmac, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";

const TOLERANCE_SECONDS = 300;

/** What the production system is told to do; what is left out goes back to its default. */
const behaviour = z.strictObject({
  /** How an order is answered. `hang` gives no answer for half a minute; `redirect` points at another host. */
  answer: z.enum(["done", "accept", "error", "refuse", "redirect", "hang"]).default("accept"),
  /** After so many orders answered like that, the next ones are accepted; null means always. */
  times: z.number().int().positive().nullable().default(null),
  /** What is reported about an accepted order, one after the other. */
  reports: z.array(z.enum(["waiting", "done", "failed"])).default(["waiting", "done"]),
  report_delay_ms: z.number().int().nonnegative().default(500),
});
type Behaviour = z.output<typeof behaviour>;

const pushed = z.looseObject({ process_id: z.guid(), order: z.looseObject({ number: z.string() }) });

/** One order, however often it came. */
type Work = { effect_key: string; order: string; process_id: string; received: number; reports: string[] };

/** Where reports go, and the two secrets. Without `secret` no order is taken. */
export interface ProductionOptions {
  secret: string | null;
  reportUrl: string | null;
  reportSecret: string;
}

/** The stand-in for the system that makes or delivers what was sold: takes signed orders, each once, and reports on them. */
export function productionSystem(options: ProductionOptions, log: (line: string) => void): Hono {
  const app = new Hono();
  const works = new Map<string, Work>();
  let now: Behaviour = behaviour.parse({});
  let answered = 0;

  app.get("/simulator/production", (context) => context.json({ behaviour: now, orders: [...works.values()] }));
  app.put("/simulator/production", async (context) => {
    const read = behaviour.safeParse(await context.req.json().catch(() => null));
    if (!read.success) return context.json({ message: z.prettifyError(read.error) }, 400);
    now = read.data;
    answered = 0;
    return context.json(now);
  });

  app.post("/production/orders", async (context) => {
    const body = await context.req.text();
    if (!options.secret || !isSigned(body, options.secret, context.req.header("seatline-signature"))) {
      return context.json({ message: "The signature is not right." }, 401);
    }
    const read = pushed.safeParse(JSON.parse(body));
    const key = context.req.header("idempotency-key");
    if (!read.success || !key) return context.json({ message: "This is no order." }, 400);
    const deed = now.times === null || answered++ < now.times ? now.answer : "accept";
    switch (deed) {
      case "error":
        return context.json({ message: "The line stands still." }, 503);
      case "refuse":
        return context.json({ message: "We do not make that." }, 422);
      case "redirect":
        return context.redirect("http://elsewhere.invalid/orders", 307);
      case "hang":
        await new Promise<void>((resolve) => later(30_000, resolve));
        return context.json({ message: "Too late." }, 504);
    }
    const known = works.get(key);
    if (known) known.received++;
    else take(key, read.data, deed);
    return deed === "done"
      ? context.json({ message: "Made at once." })
      : context.json({ message: "In the queue." }, 202);
  });

  function take(effect_key: string, { process_id, order }: z.output<typeof pushed>, deed: "done" | "accept"): void {
    const work: Work = { effect_key, process_id, order: order.number, received: 1, reports: [] };
    works.set(effect_key, work);
    if (deed === "accept") reportNext(work, [...now.reports]);
  }

  function reportNext(work: Work, left: Behaviour["reports"], tries = 0): void {
    const [status, ...rest] = left;
    if (!status || !options.reportUrl) return;
    later(now.report_delay_ms * (tries + 1), async () => {
      const answer = await report(work, status);
      work.reports.push(`${status} ${answer}`);
      const repeat = answer === 0 || answer >= 500;
      if (!repeat) reportNext(work, rest);
      else if (tries < 10) reportNext(work, left, tries + 1);
    });
  }

  async function report({ process_id, effect_key }: Work, status: string): Promise<number> {
    const progress = status === "waiting" ? { progress: 50 } : {};
    const message = { waiting: "On the line.", done: "Handed over.", failed: "The mould broke." }[status];
    const body = JSON.stringify({
      process_id,
      status,
      message,
      ...progress,
      idempotency_key: `${effect_key}:${status}`,
    });
    const headers = {
      "content-type": "application/json",
      "seatline-signature": signature(body, options.reportSecret, Math.floor(Date.now() / 1000)),
    };
    const sent = fetch(options.reportUrl ?? "", { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    return await sent.then(
      ({ status: answer }) => answer,
      (error: unknown) => {
        log(`production: a report was not taken: ${String(error)}`);
        return 0;
      },
    );
  }

  function later(milliseconds: number, run: () => void): void {
    setTimeout(run, milliseconds).unref();
  }

  return app;
}

function signature(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

function isSigned(body: string, secret: string, header: string | undefined): boolean {
  const time = Number(/^t=(\d+),/.exec(header ?? "")?.[1] ?? 0);
  const expected = Buffer.from(signature(body, secret, time));
  const given = Buffer.from(header ?? "");
  const fresh = Math.abs(Date.now() / 1000 - time) <= TOLERANCE_SECONDS;
  return fresh && given.length === expected.length && timingSafeEqual(given, expected);
}
