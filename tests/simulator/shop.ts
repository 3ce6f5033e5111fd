import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";

/** One request that reached the shop's webhook, as it came. */
export interface Arrival {
  at: number;
  body: string;
  signature: string | undefined;
  /** The event when its signature is right, else null. */
  event: Stripe.Event | null;
  answered: number;
}

/** A shop that receives webhooks over real HTTP and checks their signatures as the product does. */
export interface Shop {
  url: string;
  arrivals: Arrival[];
  /** Verified events in the order they arrived. */
  events(): Stripe.Event[];
  /** Statuses for the next requests; afterwards 200, or 400 for a wrong signature. */
  answerWith(...statuses: number[]): void;
  /** Lets requests wait; the returned function lets them go on. */
  hold(): () => void;
  close(): Promise<void>;
}

/** The secret that the simulator and the shop share in tests. */
export const SECRET = "whsec_test_of_the_simulator";

/** Opens a shop on a free port. */
export async function openShop(secret = SECRET): Promise<Shop> {
  const arrivals: Arrival[] = [];
  const planned: number[] = [];
  let gate: Promise<void> = Promise.resolve();

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const signature = request.headers["stripe-signature"] as string | undefined;
    const event = await Stripe.webhooks.constructEventAsync(body, signature ?? "", secret).catch(() => null);
    const answered = planned.shift() ?? (event === null ? 400 : 200);
    arrivals.push({ at: Date.now(), body, signature, event, answered });
    await gate;
    response.writeHead(answered).end();
  };
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    arrivals,
    events: () => arrivals.map(({ event }) => event).filter((event) => event !== null),
    answerWith: (...statuses) => void planned.push(...statuses),
    hold: () => {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
