import { randomUUID } from "node:crypto";
import type { Bench } from "../bench.ts";
import { brokenInvariants } from "../database/prepare-database.ts";
import { type Buyer, idOf, peopleFrom, signIn } from "../http/buyers.ts";
import { requestTo } from "../http/connection.ts";
import { startThinServer } from "../http/start-thin-server.ts";
import { compareHttp } from "./compare-http.ts";
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
    const enroll = () => {
      const number = purchase++;
      const buyer = buyers[number % buyerCount] as Buyer;
      // The next intake on every lap of the buyers, so that nobody asks for a seat twice.
      const intake = 10 + ((number + Math.floor(number / buyerCount)) % intakes);
      const body = { intake_id: idOf("intake", intake), idempotency_key: randomUUID() };
      return requestTo(`${stack.urls.api}/rest/v1/rpc/enroll`, { headers: buyer.headers, body });
    };
    const buyThin = () => {
      const body = {
        course: 1 + Math.floor(Math.random() * intakes),
        student: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
      };
      return requestTo(`${thin.url}/purchase`, { body });
    };
    const rows = await compareHttp(
      bench,
      {
        measurement: "enroll-http",
        what: "free purchase in one HTTP call",
        value: { url: stack.urls.api, next: enroll },
        floor: { name: "thin server", url: thin.url, next: buyThin },
        atLeast: (clients) => (clients === 32 ? 0.25 : undefined),
      },
      bench.options.quick ? bench.options.clients : [32],
    );
    return { rows, failures: await brokenInvariants(stack.urls.database) };
  } finally {
    await thin.stop();
  }
}
