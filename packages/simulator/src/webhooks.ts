import { HttpPoster } from "./http-post.ts";
import { newId } from "./identifiers.ts";
import { NO_REQUEST, type Simulation } from "./simulation.ts";
import type { DeliveryRow, EventRow, SessionRow } from "./store.ts";
import { carrierSignature, signatureHeaders, walletSignature } from "./webhook-signature.ts";

const AT_ONCE = 20;
const TIMEOUT_MS = 10_000;
// Stripe tries for up to three days.
const GIVES_UP_AFTER_MS = 3 * 24 * 60 * 60 * 1000;
const ATTEMPTS_KEPT = 20;

/** Brings events to the shop: signed, at least once, again and again until a 2xx, with the faults that are switched on. */
export class Webhooks {
  readonly #simulation: Omit<Simulation, "webhooks">;
  readonly #poster = new HttpPoster(TIMEOUT_MS);
  #queue: DeliveryRow[] = [];
  #next = 0;
  #active = new Set<Promise<void>>();
  #held: DeliveryRow[] = [];
  #waiting = 0;
  #epoch = 0;
  #closed = false;
  #failing = false;

  constructor(simulation: Omit<Simulation, "webhooks">) {
    this.#simulation = simulation;
  }

  /** Deliveries that have neither arrived nor been given up. */
  get pending(): number {
    return this.#waiting;
  }

  /** Whether the shop's endpoint asked for this kind of event. */
  wants(type: string): boolean {
    const { webhook_url, webhook_events } = this.#simulation.settings;
    return webhook_url !== null && (webhook_events.includes("*") || webhook_events.includes(type));
  }

  /** Takes an event on its way, as the faults allow. */
  announce(event: EventRow): void {
    const { faults, scheduler, random } = this.#simulation;
    const first = this.#create(event, []);
    const lie = faults.rule("wrong_amount")?.where === "webhook" && faults.strike("wrong_amount", event.type);
    if (lie) {
      first.json = withOtherAmount(event.json, lie.by);
      first.faults.push("wrong_amount");
    }
    if (faults.strike("drop", event.type)) {
      first.faults.push("drop");
      this.#end(first, "dropped");
      return;
    }
    const duplicate = faults.strike("duplicate", event.type);
    const copies = Array.from({ length: duplicate?.copies ?? 0 }, () => {
      const copy = this.#create(event, [...first.faults, "duplicate"]);
      copy.json = first.json;
      return copy;
    });
    const delay = faults.strike("delay", event.type);
    const reorder = delay === null ? faults.strike("reorder", event.type) : null;
    for (const delivery of [first, ...copies]) {
      if (delay !== null) {
        delivery.faults.push("delay");
        scheduler.after(random.between("fault.delay.ms", delay.ms), () => this.#enqueue(delivery));
      } else if (reorder !== null) {
        delivery.faults.push("reorder");
        this.#held.push(delivery);
        scheduler.after(reorder.window_ms, () => this.#release((held) => held === delivery));
      } else {
        this.#enqueue(delivery);
      }
    }
  }

  /** After a new session, when the fault strikes: somebody else claims that it was paid. */
  forge(session: SessionRow): void {
    const { faults, settings, apiVersion, clock } = this.#simulation;
    if (settings.webhook_url === null) return;
    const fault = faults.strike("forged");
    if (fault === null) return;
    const object = { ...session.object, status: "complete", payment_status: "paid", payment_intent: newId("pi_3") };
    const type = "checkout.session.completed";
    const event = {
      id: newId("evt_1"),
      object: "event",
      api_version: apiVersion,
      created: clock.seconds(),
      data: { object },
      livemode: false,
      pending_webhooks: 1,
      request: NO_REQUEST,
      type,
    };
    const delivery = this.#create(
      { id: event.id, provider: "stripe", type, object_id: session.id, session: session.id },
      ["forged"],
    );
    delivery.json = JSON.stringify(event);
    delivery.forged = fault.how;
    this.#enqueue(delivery);
  }

  /** Somebody else says this, with a signature that is wrong in this way. */
  announceForged(event: EventRow, how: NonNullable<DeliveryRow["forged"]>): void {
    if (!event.subscribed) return;
    const delivery = this.#create(event, ["forged"]);
    delivery.json = event.json;
    delivery.forged = how;
    this.#enqueue(delivery);
  }

  /** Sends a delivery of the past once more, as a person may ask in Stripe's dashboard. */
  resend(id: string): DeliveryRow {
    const before = this.#simulation.store.deliveries.get(id);
    const again = this.#create({ ...before, id: before.event }, ["resent"]);
    again.json = before.json;
    again.forged = before.forged;
    this.#enqueue(again);
    return again;
  }

  /** Takes up a delivery that was still under way when the simulator stopped. */
  resume(delivery: DeliveryRow): void {
    this.#waiting++;
    this.#enqueue(delivery);
  }

  /** Forgets all deliveries; answers that still come are ignored. */
  reset(): void {
    this.#epoch++;
    this.#queue = [];
    this.#next = 0;
    this.#held = [];
    this.#waiting = 0;
  }

  /** Starts no further delivery and waits for those on the wire. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#active);
    this.#poster.close();
  }

  #create(event: Pick<EventRow, "id" | "provider" | "type" | "object_id" | "session">, faults: string[]): DeliveryRow {
    this.#waiting++;
    const delivery: DeliveryRow = {
      id: newId("wd_"),
      provider: event.provider,
      event: event.id,
      type: event.type,
      object_id: event.object_id,
      session: event.session,
      state: "waiting",
      faults,
      created_ms: this.#simulation.clock.now(),
      tries: 0,
      attempts: [],
      json: null,
      forged: null,
    };
    this.#simulation.store.deliveries.add(delivery);
    this.#simulation.store.onChange("delivery", delivery);
    return delivery;
  }

  #enqueue(delivery: DeliveryRow): void {
    this.#queue.push(delivery);
    this.#startNext();
  }

  #startNext(): void {
    while (!this.#closed && this.#active.size < AT_ONCE && this.#next < this.#queue.length) {
      const delivery = this.#queue[this.#next++] as DeliveryRow;
      const running = this.#attempt(delivery).finally(() => {
        this.#active.delete(running);
        this.#startNext();
      });
      this.#active.add(running);
    }
    // The part of the queue that is done goes when it is large, so that no shift moves the whole queue.
    if (this.#next > 1000 && this.#next * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
  }

  async #attempt(delivery: DeliveryRow): Promise<void> {
    const { settings, store, clock } = this.#simulation;
    const epoch = this.#epoch;
    const body = delivery.json ?? store.events.find(delivery.event)?.json;
    const url = {
      stripe: settings.webhook_url,
      ewallet: settings.ewallet_webhook_url,
      carrier: settings.carrier_webhook_url,
    }[delivery.provider];
    if (body === undefined || url === null) {
      this.#end(delivery, "gave_up");
      return;
    }
    const started = Date.now();
    const headers = await this.#sign(delivery, body);
    const result = await this.#poster.post(url, body, headers);
    if (epoch !== this.#epoch) return;
    delivery.tries++;
    delivery.attempts.push({ at: clock.now(), ms: Date.now() - started, ...result });
    if (delivery.attempts.length > ATTEMPTS_KEPT) delivery.attempts.shift();
    const arrived = result.status !== null && result.status >= 200 && result.status < 300;
    if (arrived) this.#failing = false;
    if (arrived) this.#end(delivery, "delivered");
    else if (delivery.forged !== null && result.status !== null) this.#end(delivery, "refused");
    else this.#tryAgain(delivery);
    this.#release((held) => held.event !== delivery.event);
  }

  async #sign({ provider, forged }: DeliveryRow, body: string): Promise<Record<string, string>> {
    const { settings } = this.#simulation;
    if (provider === "ewallet") return walletSignature(body, settings.ewallet_webhook_secret);
    if (provider === "carrier") return carrierSignature(body, settings.carrier_webhook_secret, forged);
    return await signatureHeaders(body, settings.webhook_secret, forged);
  }

  #tryAgain(delivery: DeliveryRow): void {
    const { settings, scheduler, clock, store, log } = this.#simulation;
    if (clock.now() - delivery.created_ms > GIVES_UP_AFTER_MS) {
      this.#end(delivery, "gave_up");
      return;
    }
    // One line when the shop begins to fail, not one per delivery.
    if (!this.#failing) {
      const last = delivery.attempts.at(-1);
      log(
        `webhook ${delivery.type} ${delivery.event}: ${last?.status ?? last?.error}; sent again until it is accepted`,
      );
    }
    this.#failing = true;
    store.onChange("delivery", delivery);
    const [first, longest] = settings.retry_ms;
    scheduler.after(Math.min(first * 2 ** (delivery.tries - 1), longest), () => this.#enqueue(delivery));
  }

  #end(delivery: DeliveryRow, state: DeliveryRow["state"]): void {
    delivery.state = state;
    this.#waiting--;
    this.#simulation.store.onChange("delivery", delivery);
    if (state !== "delivered") return;
    // Not saved with the event: a restart reads it from the deliveries.
    const event = this.#simulation.store.events.find(delivery.event);
    if (event !== undefined) event.delivered = true;
  }

  #release(which: (delivery: DeliveryRow) => boolean): void {
    if (this.#held.length === 0) return;
    const released = this.#held.filter(which);
    this.#held = this.#held.filter((delivery) => !released.includes(delivery));
    for (const delivery of released) this.#enqueue(delivery);
  }
}

const AMOUNTS = ["amount_total", "amount_subtotal", "amount", "amount_received", "amount_captured"];

function withOtherAmount(json: string, by: number): string {
  const event = JSON.parse(json);
  for (const field of AMOUNTS) {
    if (typeof event.data.object[field] === "number") event.data.object[field] -= by;
  }
  return JSON.stringify(event);
}
