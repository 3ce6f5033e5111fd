/** What is sold as the model knows it: what it costs and how many there are. Of a seat everybody has one at most. */
export type ModelThing = { variant: string; price: number; units: number; isSeat: boolean };

/** An order as the model knows it; `held` are the things whose units it still holds, `kept` those it was paid for and still has. */
export type ModelOrder = {
  person: number;
  things: number[];
  status: "pending" | "paid" | "cancelled" | "expired" | "partially_refunded" | "refunded";
  due: boolean;
  held: Set<number>;
  kept: Set<number>;
  /** What was taken off because of the offer, and whether that use of it counts. */
  discount: number;
  usesOffer: boolean;
};

/** Ten percent off one of the things, so many times. */
export type ModelOffer = { thing: number; limit: number };

/** The shop in a few lines: what each action must lead to, without locks, slots or SQL. A code is a refusal, which changes nothing. */
export class ShopModel {
  things: ModelThing[];
  offer: ModelOffer;
  orders: ModelOrder[] = [];

  constructor(things: ModelThing[], offer: ModelOffer) {
    this.things = things;
    this.offer = offer;
  }

  /** Units that nobody has and nobody holds. */
  free(thing: number): number {
    const used = this.orders.filter(({ held, kept }) => held.has(thing) || kept.has(thing));
    return this.#at(thing).units - used.length;
  }

  /** What an order costs. */
  total({ things, discount }: ModelOrder): number {
    return things.reduce((sum, thing) => sum + this.#at(thing).price, 0) - discount;
  }

  /** What the shop keeps of an order's money. */
  money(order: ModelOrder): number {
    return [...order.kept].reduce((sum, thing) => sum + this.#cost(order, thing), 0);
  }

  place(person: number, wanted: number[]): string | null {
    return this.#attempt(() => {
      for (const order of this.orders) if (order.person === person && order.due) end(order, "expired");
      const nothing = { held: new Set<number>(), kept: new Set<number>(), discount: 0, usesOffer: false };
      const order: ModelOrder = { person, things: wanted, status: "pending", due: false, ...nothing };
      if (wanted.includes(this.offer.thing) && this.#useOffer()) {
        order.usesOffer = true;
        order.discount = this.#at(this.offer.thing).price / 10;
      }
      for (const thing of wanted) {
        if (!this.#take(thing)) return this.#second(person, thing) ?? "out_of_stock";
        order.held.add(thing);
      }
      for (const thing of wanted) {
        const second = this.#second(person, thing);
        if (second) return second;
      }
      if (this.total(order) === 0) pay(order);
      this.orders.push(order);
      return null;
    });
  }

  cancel(index: number, byStaff: boolean): string | null {
    const order = this.#order(index);
    const cancellable = ["pending", "paid", ...(byStaff ? ["partially_refunded"] : [])];
    if (!cancellable.includes(order.status)) return "order_not_cancellable";
    end(order, "cancelled");
    return null;
  }

  /** The provider took the money, whatever became of the order meanwhile. */
  paid(index: number): void {
    const { status } = this.#order(index);
    if (status !== "pending" && status !== "expired") return;
    const refused = this.#attempt(() => {
      const order = this.#order(index);
      for (const thing of order.things) {
        if (order.held.has(thing)) continue;
        if (!this.#take(thing)) return "gone";
        order.held.add(thing);
      }
      if (status === "expired" && order.things.some((thing) => this.#second(order.person, thing))) return "seated";
      if (order.discount > 0 && !order.usesOffer) {
        if (!this.#useOffer()) return "used up";
        order.usesOffer = true;
      }
      pay(order);
      return null;
    });
    if (refused && status === "pending") end(this.#order(index), "cancelled");
  }

  /** Staff give back everything that is left, or one line. */
  refund(index: number, line: number | null, restock: boolean): string | null {
    const order = this.#order(index);
    if (order.status !== "paid" && order.status !== "partially_refunded") return "order_not_refundable";
    const gone = line === null ? [...order.kept] : [order.things[line % order.things.length] as number];
    if (gone.some((thing) => !order.kept.has(thing))) return "invalid_lines";
    if (gone.every((thing) => this.#cost(order, thing) === 0)) return "nothing_to_refund";
    for (const thing of gone) {
      order.kept.delete(thing);
      if (!restock && !this.#at(thing).isSeat) this.#at(thing).units--;
    }
    // all the money back is the end of all lines, of the free ones too
    if (this.money(order) === 0) end(order, "refunded");
    else order.status = "partially_refunded";
    return null;
  }

  holdEnds(index: number): void {
    const order = this.#order(index);
    if (order.status === "pending") order.due = true;
  }

  workerComes(): void {
    for (const order of this.orders) if (order.due) end(order, "expired");
  }

  setSeats(thing: number, seats: number): string | null {
    return this.#attempt(() => {
      if (seats === this.#at(thing).units) return null;
      this.#releaseDue(thing);
      this.#at(thing).units = seats;
      return this.free(thing) < 0 ? "capacity_in_use" : null;
    });
  }

  receive(thing: number, units: number): void {
    this.#releaseDue(thing);
    this.#at(thing).units += units;
  }

  setLimit(limit: number): string | null {
    if (limit !== this.offer.limit && limit < this.#uses()) return "limit_in_use";
    this.offer.limit = limit;
    return null;
  }

  // All or nothing, as a transaction.
  #attempt(work: () => string | null): string | null {
    const before = { things: structuredClone(this.things), orders: structuredClone(this.orders) };
    const code = work();
    if (code) Object.assign(this, before);
    return code;
  }

  #at(thing: number): ModelThing {
    return this.things[thing] as ModelThing;
  }

  #order(index: number): ModelOrder {
    return this.orders[index] as ModelOrder;
  }

  #cost(order: ModelOrder, thing: number): number {
    return this.#at(thing).price - (thing === this.offer.thing ? order.discount : 0);
  }

  #take(thing: number): boolean {
    if (this.free(thing) < 1) this.#releaseDue(thing);
    return this.free(thing) >= 1;
  }

  #releaseDue(thing: number): void {
    for (const order of this.orders) if (order.due) order.held.delete(thing);
  }

  #uses(): number {
    return this.orders.filter(({ usesOffer }) => usesOffer).length;
  }

  /** Whether one use more is left; uses that are due are free for whoever asks. */
  #useOffer(): boolean {
    for (const order of this.orders) if (order.due) order.usesOffer = false;
    return this.#uses() < this.offer.limit;
  }

  #second(person: number, thing: number): string | null {
    if (!this.#at(thing).isSeat) return null;
    const own = this.orders.filter((order) => order.person === person && order.things.includes(thing));
    if (own.some(({ kept }) => kept.has(thing))) return "already_enrolled";
    return own.some(({ status }) => status === "pending") ? "order_already_open" : null;
  }
}

function pay(order: ModelOrder): void {
  Object.assign(order, { status: "paid", due: false, held: new Set(), kept: new Set(order.things) });
}

function end(order: ModelOrder, status: "cancelled" | "expired" | "refunded"): void {
  Object.assign(order, { status, due: false, held: new Set(), kept: new Set(), usesOffer: false });
}
