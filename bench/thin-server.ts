/*
What an HTTP purchase is compared with: the smallest server one could write in Node over the floor's tables. No keys, no tokens, no rules.
POST /purchase buys in one call (one SQL function of nine statements); POST /step/1 to /step/7 is the same purchase as seven calls of one
statement each.
*/
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import postgres from "postgres";

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 24, onnotice: () => {} });

/** What a client sends; ids of the steps before come back from it. */
type Body = { course: number; student: number; order?: string; item?: string };

const routes: Record<string, (body: Body) => Promise<unknown>> = {
  "/purchase": async ({ course, student }) =>
    (await sql`select floor.purchase(${course}, ${student}) as answer`)[0]?.answer,
  "/step/1": ({ course }) => sql`select id, title, price from floor.courses where id = ${course}`,
  "/step/2": ({ course }) =>
    sql`update floor.courses set seats_taken = seats_taken + 1 where id = ${course} and seats_taken < seats returning price`,
  "/step/3": ({ student }) =>
    sql`insert into floor.orders (student_id, status, total, currency) values (${student}, 'pending', 1000, 'IDR') returning id`,
  "/step/4": ({ order, course }) =>
    sql`insert into floor.order_items (order_id, course_id, quantity, price) values (${order ?? ""}, ${course}, 1, 1000) returning id`,
  "/step/5": ({ order }) =>
    sql`insert into floor.payments (order_id, amount, status) values (${order ?? ""}, 1000, 'success') returning id`,
  "/step/6": ({ order }) => sql`update floor.orders set status = 'paid' where id = ${order ?? ""} returning id, status`,
  "/step/7": ({ course, student, item }) =>
    sql`insert into floor.enrollments (course_id, student_id, order_item_id, status) values (${course}, ${student}, ${item ?? ""}, 'active') returning id`,
};

const server = createServer(async (request, response) => {
  const answer = (status: number, value: unknown) => {
    const body = JSON.stringify(value);
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  };
  try {
    const route = routes[request.url ?? ""];
    if (!route) return answer(404, { message: "There is no such path." });
    answer(200, await route(JSON.parse(await read(request))));
  } catch (error) {
    answer(500, { message: String(error) });
  }
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("SIGTERM", end);
// The bench ended without saying so.
process.once("disconnect", end);

async function end(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await sql.end({ timeout: 1 });
  process.exit(0);
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
