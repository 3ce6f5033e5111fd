/** By what somebody sits in an intake. */
export type Seat = { by: "own" | "grant" | "gift" | "organisation"; renewals: number };

/** An intake as the model knows it. Units are held by who sits there, who is offered a seat, unclaimed gifts and free seats of the organisation. */
export type ModelIntake = {
  seats: number;
  sitting: Map<number, Seat>;
  /** In the order of joining. */
  waiting: number[];
  offered: number[];
  /** Free seats of the organisation. */
  spare: number;
};

/** A gift of one seat. */
export type ModelGift = { intake: number; status: "waiting" | "claimed" | "ended"; learner: number | null };

/** A school in a few lines: what each action must lead to, without locks, slots or SQL. A code is a refusal, which changes nothing. */
export class SchoolModel {
  intakes: ModelIntake[];
  gifts: ModelGift[] = [];

  constructor(seats: number[]) {
    this.intakes = seats.map((count) => ({
      seats: count,
      sitting: new Map(),
      waiting: [],
      offered: [],
      spare: 0,
    }));
  }

  /** Units that nobody has and nobody is kept one of. */
  free(intake: number): number {
    const { seats, sitting, offered, spare } = this.#at(intake);
    const unclaimed = this.gifts.filter((gift) => gift.intake === intake && gift.status === "waiting").length;
    return seats - sitting.size - offered.length - spare - unclaimed;
  }

  enroll(person: number, intake: number, by: "own" | "grant" = "own"): string | null {
    const at = this.#at(intake);
    if (at.sitting.has(person)) return "already_enrolled";
    const refused = this.#takeUnit(person, intake);
    if (refused) return refused;
    at.sitting.set(person, { by, renewals: 0 });
    return null;
  }

  /** The learner gives back what they took themselves, as long as nothing more was bought for it. */
  giveBack(person: number, intake: number): string | null {
    const seat = this.#at(intake).sitting.get(person);
    if (!seat) return null;
    if (seat.by !== "own" || seat.renewals > 0) return "cancellation_not_allowed";
    return this.#leaveSeat(person, intake);
  }

  withdraw(person: number, intake: number): string | null {
    const seat = this.#at(intake).sitting.get(person);
    if (!seat) return null;
    return seat.by === "grant" ? this.#leaveSeat(person, intake) : "seat_not_found";
  }

  renew(person: number, intake: number): void {
    const seat = this.#at(intake).sitting.get(person);
    if (seat) seat.renewals++;
  }

  join(person: number, intake: number): string | null {
    const at = this.#at(intake);
    if (at.sitting.has(person)) return "already_enrolled";
    if (at.waiting.includes(person) || at.offered.includes(person)) return "already_waiting";
    if (this.free(intake) > 0) return "seats_available";
    at.waiting.push(person);
    return null;
  }

  leave(person: number, intake: number): string | null {
    if (this.#stopWaiting(person, intake)) return null;
    return "not_waiting";
  }

  /** An offer runs out, and the schedule ends it. */
  offerEnds(person: number, intake: number): void {
    if (this.#at(intake).offered.includes(person)) this.#stopWaiting(person, intake);
  }

  setSeats(intake: number, seats: number): string | null {
    const at = this.#at(intake);
    if (seats < at.seats - this.free(intake)) return "capacity_in_use";
    at.seats = seats;
    this.#passOn(intake);
    return null;
  }

  move(person: number, from: number, to: number): string | null {
    const seat = this.#at(from).sitting.get(person);
    if (!seat) return null;
    if (seat.by === "gift" || seat.by === "organisation") return "enrollment_not_transferable";
    if (this.#at(to).sitting.has(person)) return "already_enrolled";
    const refused = this.#takeUnit(person, to);
    if (refused) return refused;
    this.#at(to).sitting.set(person, seat);
    return this.#leaveSeat(person, from);
  }

  give(intake: number): string | null {
    if (this.free(intake) < 1) return "out_of_stock";
    this.gifts.push({ intake, status: "waiting", learner: null });
    return null;
  }

  claimGift(person: number, index: number): string | null {
    const gift = this.gifts[index] as ModelGift;
    if (gift.status !== "waiting") return "gift_ended";
    const at = this.#at(gift.intake);
    if (at.sitting.has(person)) return "already_enrolled";
    gift.status = "claimed";
    gift.learner = person;
    at.sitting.set(person, { by: "gift", renewals: 0 });
    this.#stopWaiting(person, gift.intake);
    return null;
  }

  /** The buyer cancels the order of a gift, which cost nothing. */
  takeGiftBack(index: number): string | null {
    const gift = this.gifts[index] as ModelGift;
    if (gift.status === "ended") return "order_not_cancellable";
    if (gift.status === "claimed") this.#at(gift.intake).sitting.delete(gift.learner as number);
    gift.status = "ended";
    this.#passOn(gift.intake);
    return null;
  }

  buySeats(intake: number, count: number): string | null {
    if (this.free(intake) < count) return "out_of_stock";
    this.#at(intake).spare += count;
    return null;
  }

  claimSeat(person: number, intake: number): string | null {
    const at = this.#at(intake);
    if (at.sitting.has(person)) return "already_enrolled";
    if (at.spare === 0) return "no_seats_left";
    at.spare--;
    at.sitting.set(person, { by: "organisation", renewals: 0 });
    this.#stopWaiting(person, intake);
    return null;
  }

  reclaimSeat(person: number, intake: number): void {
    const at = this.#at(intake);
    if (at.sitting.get(person)?.by !== "organisation") return;
    at.sitting.delete(person);
    at.spare++;
  }

  #at(intake: number): ModelIntake {
    return this.intakes[intake] as ModelIntake;
  }

  /** A unit for somebody who buys or is granted: the one they are offered, else a free one. Nobody jumps the queue: while somebody waits, none is free. */
  #takeUnit(person: number, intake: number): string | null {
    const at = this.#at(intake);
    if (at.offered.includes(person)) {
      at.offered = at.offered.filter((other) => other !== person);
      return null;
    }
    return this.free(intake) > 0 ? null : "out_of_stock";
  }

  #leaveSeat(person: number, intake: number): null {
    this.#at(intake).sitting.delete(person);
    this.#passOn(intake);
    return null;
  }

  #stopWaiting(person: number, intake: number): boolean {
    const at = this.#at(intake);
    const was = at.waiting.includes(person) || at.offered.includes(person);
    at.waiting = at.waiting.filter((other) => other !== person);
    at.offered = at.offered.filter((other) => other !== person);
    this.#passOn(intake);
    return was;
  }

  /** Whatever is free goes to who waits, the first first. */
  #passOn(intake: number): void {
    const at = this.#at(intake);
    while (this.free(intake) > 0 && at.waiting.length > 0) at.offered.push(at.waiting.shift() as number);
  }
}
