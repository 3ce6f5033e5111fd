import { randomUUID } from "node:crypto";
import type { Bench } from "../bench.ts";
import { brokenInvariants } from "../database/prepare-database.ts";
import { type Buyer, idOf, peopleFrom, signIn } from "../http/buyers.ts";
import { requestTo } from "../http/connection.ts";
import { startThinServer } from "../http/start-thin-server.ts";
import { type Comparison, compareHttp } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

const buyerCount = 200;

/** A whole free purchase in one HTTP call: `rpc/enroll` through the gateway, and the thin server's one call on the same Postgres. */
export async function measureEnrollHttp(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("api");
  const { intakes, people } = bench.sizes;
  const thin = await startThinServer(await bench.floor(stack));
  try {
    const buyers = signIn(stack, peopleFrom(people - 100 - buyerCount, buyerCount));
    let purchase = 0;
    const enrollAt = (url: string) => () => {
      const number = purchase++;
      const buyer = buyers[number % buyerCount] as Buyer;
      // The next intake on every lap of the buyers, so that nobody asks for a seat twice.
      const intake = 10 + ((number + Math.floor(number / buyerCount)) % intakes);
      const body = { intake_id: idOf("intake", intake), idempotency_key: randomUUID() };
      return requestTo(url, { headers: buyer.headers, body });
    };
    const buyThin = () => {
      const body = {
        course: 1 + Math.floor(Math.random() * intakes),
        student: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
      };
      return requestTo(`${thin.url}/purchase`, { body });
    };
    const clients = bench.options.quick ? bench.options.clients : [32];
    const value = { url: stack.urls.api, next: enrollAt(`${stack.urls.api}/rest/v1/rpc/enroll`) };
    const against = (what: string, floor: Comparison["floor"], atLeast: Comparison["atLeast"]) =>
      compareHttp(bench, { measurement: "enroll-http", what, value, floor, atLeast }, clients);
    const rows = [
      ...(await against(
        "free purchase in one HTTP call",
        { name: "thin server", url: thin.url, next: buyThin },
        (count) => (count === 32 ? 0.25 : undefined),
      )),
      ...(await against(
        "the same, against PostgREST alone",
        { name: "bare PostgREST", url: stack.urls.rest, next: enrollAt(`${stack.urls.rest}/rpc/enroll`) },
        () => undefined,
      )),
    ];
    return { rows, failures: await brokenInvariants(stack.urls.database) };
  } finally {
    await thin.stop();
  }
}
