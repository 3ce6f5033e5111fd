import { randomUUID } from "node:crypto";
import type { Bench } from "../bench.ts";
import { brokenInvariants, prepareCarts } from "../database/prepare-database.ts";
import { type Buyer, idOf, peopleFrom, signIn } from "../http/buyers.ts";
import { requestTo } from "../http/connection.ts";
import { startThinServer } from "../http/start-thin-server.ts";
import { compareHttp, type Side } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

const readerCount = 400;

/** The cart over HTTP: looking at one of three lines, adding to one, and placing one, each against the plainest call of its kind. */
export async function measureCart(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("api");
  const { intakes, paid, people } = bench.sizes;
  const buyerCount = Math.floor(people / 4);
  await prepareCarts(stack.urls.superuser, { ...bench.sizes, buyers: buyerCount, readers: readerCount });
  const thin = await startThinServer(await bench.floor(stack));
  const api = `${stack.urls.api}/rest/v1`;
  const takingTurns = (buyers: Buyer[], request: (buyer: Buyer, turn: number) => Buffer): Side => {
    let turn = 0;
    return { url: stack.urls.api, next: () => request(buyers[turn % buyers.length] as Buyer, turn++) };
  };
  const call = (verb: string, body: (buyer: Buyer, turn: number) => object) => (buyer: Buyer, turn: number) =>
    requestTo(`${api}/rpc/${verb}`, { headers: buyer.headers, body: body(buyer, turn) });
  try {
    const readers = signIn(stack, peopleFrom(buyerCount, readerCount));
    const adders = signIn(stack, peopleFrom(buyerCount + readerCount, readerCount));
    const placers = signIn(stack, peopleFrom(0, buyerCount));
    const others = signIn(stack, peopleFrom(people - 1_000 - buyerCount, buyerCount));
    const rowsOf = `${api}/carts?select=id,currency,cart_items(variant_id,quantity)&status=eq.open`;
    const lineOf = (turn: number, buyer: Buyer) => [
      {
        variant_id: idOf("variant", 10 + intakes + ((buyer.number + Math.floor(turn / buyerCount)) % paid)),
        quantity: 1,
      },
    ];
    const floors = {
      rows: takingTurns(readers, (buyer) => requestTo(rowsOf, { headers: buyer.headers })),
      thin: { url: thin.url, next: () => requestTo(`${thin.url}/purchase`, { body: aPurchase(intakes) }) },
      lines: takingTurns(
        others,
        call("place_order", (buyer, turn) => ({ lines: lineOf(turn, buyer), idempotency_key: randomUUID() })),
      ),
    };
    const adding = call("add_to_cart", () => ({ variant_id: idOf("variant", "thing"), idempotency_key: randomUUID() }));
    const placing = call("place_order", ({ number }) => ({
      cart_id: idOf("cart", number),
      idempotency_key: randomUUID(),
    }));
    const clients = bench.options.quick ? bench.options.clients : [32];
    const compare = (what: string, value: Side, name: string, floor: Side) =>
      compareHttp(
        bench,
        { measurement: "cart", what, value, floor: { ...floor, name }, atLeast: () => undefined },
        clients,
      );
    const rows = [
      ...(await compare(
        "get_cart, three lines",
        takingTurns(
          readers,
          call("get_cart", () => ({})),
        ),
        "its rows alone",
        floors.rows,
      )),
      ...(await compare("add_to_cart", takingTurns(adders, adding), "thin server", floors.thin)),
      ...(await compare(
        "place_order from a cart",
        takingTurns(placers, placing),
        "place_order of the line",
        floors.lines,
      )),
    ];
    return { rows, failures: await brokenInvariants(stack.urls.database) };
  } finally {
    await thin.stop();
  }
}

function aPurchase(courses: number): object {
  return {
    course: 1 + Math.floor(Math.random() * courses),
    student: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER),
  };
}
