/** An intake as the model knows it: what it costs and how many seats it has. */
export type ModelIntake = { variant: string; price: number; seats: number };

/** An order as the model knows it; `held` are the intakes whose units it still holds. */
export type ModelOrder = {
  person: number;
  intakes: number[];
  status: "pending" | "paid" | "cancelled" | "expired";
  due: boolean;
  held: Set<number>;
};

/** The shop in a few lines: what each action must lead to, without locks, slots or SQL. A code is a refusal, which changes nothing. */
export class ShopModel {
  intakes: ModelIntake[];
  orders: ModelOrder[] = [];

  constructor(intakes: ModelIntake[]) {
    this.intakes = intakes;
  }

  /** Seats that nobody has and nobody holds. */
  free(intake: number): number {
    const used = this.orders.filter((order) => order.held.has(intake) || this.#seated(order, intake));
    return (this.intakes[intake] as ModelIntake).seats - used.length;
  }

  place(person: number, wanted: number[]): string | null {
    return this.#attempt(() => {
      for (const order of this.orders) if (order.person === person && order.due) end(order, "expired");
      const order: ModelOrder = { person, intakes: wanted, status: "pending", due: false, held: new Set() };
      for (const intake of wanted) {
        if (!this.#take(intake)) return this.#second(person, intake) ?? "out_of_stock";
        order.held.add(intake);
      }
      for (const intake of wanted) {
        const second = this.#second(person, intake);
        if (second) return second;
      }
      if (wanted.every((intake) => this.intakes[intake]?.price === 0)) pay(order);
      this.orders.push(order);
      return null;
    });
  }

  cancel(index: number): string | null {
    const order = this.orders[index] as ModelOrder;
    if (order.status !== "pending" && order.status !== "paid") return "order_not_cancellable";
    end(order, "cancelled");
    return null;
  }

  /** The provider took the money, whatever became of the order meanwhile. */
  paid(index: number): void {
    const order = this.orders[index] as ModelOrder;
    if (order.status !== "pending" && order.status !== "expired") return;
    const refused = this.#attempt(() => {
      const same = this.orders[index] as ModelOrder;
      for (const intake of same.intakes) {
        if (same.held.has(intake)) continue;
        if (!this.#take(intake)) return "gone";
        same.held.add(intake);
      }
      if (same.status === "expired" && same.intakes.some((intake) => this.#second(same.person, intake)))
        return "seated";
      pay(same);
      return null;
    });
    if (refused && order.status === "pending") end(this.orders[index] as ModelOrder, "cancelled");
  }

  holdEnds(index: number): void {
    const order = this.orders[index] as ModelOrder;
    if (order.status === "pending") order.due = true;
  }

  workerComes(): void {
    for (const order of this.orders) if (order.due) end(order, "expired");
  }

  setSeats(intake: number, seats: number): string | null {
    return this.#attempt(() => {
      if (seats === this.intakes[intake]?.seats) return null;
      this.#releaseDue(intake);
      (this.intakes[intake] as ModelIntake).seats = seats;
      return this.free(intake) < 0 ? "capacity_in_use" : null;
    });
  }

  // All or nothing, as a transaction.
  #attempt(work: () => string | null): string | null {
    const before = { intakes: structuredClone(this.intakes), orders: structuredClone(this.orders) };
    const code = work();
    if (code) Object.assign(this, before);
    return code;
  }

  #take(intake: number): boolean {
    if (this.free(intake) < 1) this.#releaseDue(intake);
    return this.free(intake) >= 1;
  }

  #releaseDue(intake: number): void {
    for (const order of this.orders) if (order.due) order.held.delete(intake);
  }

  #seated({ status, intakes }: ModelOrder, intake: number): boolean {
    return status === "paid" && intakes.includes(intake);
  }

  #second(person: number, intake: number): string | null {
    const own = this.orders.filter((order) => order.person === person && order.intakes.includes(intake));
    if (own.some(({ status }) => status === "paid")) return "already_enrolled";
    return own.some(({ status }) => status === "pending") ? "order_already_open" : null;
  }
}

function pay(order: ModelOrder): void {
  Object.assign(order, { status: "paid", due: false, held: new Set() });
}

function end(order: ModelOrder, status: "cancelled" | "expired"): void {
  Object.assign(order, { status, due: false, held: new Set() });
}
