import { Hono } from "hono";
import { z } from "zod";

const failpoints = z.array(
  z.strictObject({
    /** The step, such as `checkout.opened`. */
    name: z.string().min(1),
    /** Only for this order, event, refund or invoice. */
    subject: z.string().nullable().default(null),
    action: z.enum(["throw", "exit"]).default("throw"),
    count: z.number().int().positive().default(1),
  }),
);
const reached = z.object({ name: z.string(), subject: z.string().nullable() });

/** Says at which steps of the shop a process crashes: PUT /simulator/failpoints sets them, the shop asks at each step that it reaches. */
export function failpointControl(): Hono {
  const app = new Hono();
  let set: z.output<typeof failpoints> = [];
  let seen: z.output<typeof reached>[] = [];

  app.get("/simulator/failpoints", (context) => context.json({ set, reached: seen }));
  app.put("/simulator/failpoints", async (context) => {
    const read = failpoints.safeParse(await context.req.json().catch(() => null));
    if (!read.success) return context.json({ message: z.prettifyError(read.error) }, 400);
    set = read.data;
    seen = [];
    return context.json({ set });
  });
  app.post("/simulator/failpoints/reached", async (context) => {
    const at = reached.parse(await context.req.json());
    seen = [...seen.slice(-999), at];
    const hit = set.find(
      ({ name, subject, count }) => name === at.name && count > 0 && (subject === null || subject === at.subject),
    );
    if (hit) hit.count--;
    return context.json({ action: hit?.action ?? "go_on" });
  });
  return app;
}
