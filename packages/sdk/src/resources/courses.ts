import type { Api, Query } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import { SeatlineError } from "../errors.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { literalPattern, orderBy, quoted, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { eachRow, type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type { CancellationQuote, CancelledEnrollment, IntakeMessage, StaffIntake } from "../types/courses.ts";
import type { ClaimedGift, EnrollmentTransfer, Gift, GrantedSeat, RenewalQuote } from "../types/seats.ts";
import type { Course, CourseDetail, Enrolled, MyCourse, MyWaitlistEntry, Order, WaitlistEntry } from "../types.ts";
import { type CourseRow, courseColumns, toCourse } from "./course-rows.ts";

const sort: readonly SortColumn[] = [
  { column: "created_at", direction: "desc" },
  { column: "id", direction: "desc" },
];
const giftColumns =
  "id,order_item_id,intake_id,buyer_id,learner_id,enrollment_id,status,recipient_email,recipient_name,message,deliver_at,expires_at,announced_at,claimed_at";
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Courses: the catalogue, free seats, and the caller's own courses. */
export class Courses {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of the published courses, newest first, with their intakes, prices and free seats. Needs no sign-in. */
  async list(params: ListCoursesParams = {}, options?: CallOptions): Promise<Page<Course>> {
    const limit = pageSize(params);
    const query = {
      ...published(courseColumns, params.currency),
      and: conditions(params),
      order: orderBy(sort),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<CourseRow>("products", query, options);
    const page = toPage(rows, limit, (row) => [row.created_at, row.id]);
    return { data: page.data.map(toCourse), next_cursor: page.next_cursor };
  }

  /** Every course that {@link Courses.list} would page through. */
  iterate(params: Omit<ListCoursesParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<Course, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /** One published course by its slug or id, with its description. Errors: `not_found`. */
  async get(slugOrId: string, params: GetCourseParams = {}, options?: CallOptions): Promise<CourseDetail> {
    const query = {
      ...published(`${courseColumns},description`, params.currency),
      [uuid.test(slugOrId) ? "id" : "slug"]: `eq.${slugOrId}`,
    };
    const [row] = await this.#api.rows<CourseRow & { description: string }>("products", query, options);
    if (row) return { ...toCourse(row), description: row.description };
    throw new SeatlineError({
      code: "not_found",
      message: "There is no such course on sale.",
      status: 404,
      hint: "List the courses and take a slug from there.",
    });
  }

  /**
   * Takes one free seat for the signed-in learner. A paid one answers `payment_required`: place an order instead.
   * Errors: docs/errors.md, Courses and Orders.
   */
  enroll(params: EnrollParams, options?: ChangeOptions): Promise<Enrolled> {
    return this.#api.perform("enroll", { intake_id: params.intake_id }, options);
  }

  /** The caller's courses and the lists they wait on, as a dashboard shows them. */
  mine(params: MyCoursesParams = {}, options?: CallOptions): Promise<MyCourse[]> {
    return this.#api.ask("my_courses", { ...params }, options);
  }

  /**
   * Waits for a seat of a full intake. When one frees it is held for the first in line, who takes it with {@link Courses.enroll} or by
   * placing an order. Errors: docs/errors.md, Courses.
   */
  joinWaitlist(params: JoinWaitlistParams, options?: ChangeOptions): Promise<WaitlistEntry> {
    return this.#api.perform("join_waitlist", { ...params }, options);
  }

  /** Leaves a waiting list, or declines the seat that is offered. Errors: `not_waiting`. */
  leaveWaitlist(params: LeaveWaitlistParams, options?: ChangeOptions): Promise<WaitlistEntry> {
    return this.#api.perform("leave_waitlist", { intake_id: params.intake_id }, options);
  }

  /** The waiting lists the caller is on, with their place or the offer that stands. */
  waitlist(options?: CallOptions): Promise<MyWaitlistEntry[]> {
    return this.#api.ask("my_waitlist", {}, options);
  }

  /**
   * Buys seats for others, one per gift. Once the order is paid each waits to be claimed, and its code is mailed to its recipient. Errors:
   * `invalid_gift`, `invalid_email`, and those of `orders.place`.
   */
  give(params: GiveParams, options?: ChangeOptions): Promise<Order> {
    const { gifts, currency = null } = params;
    const lines = gifts.map(({ variant_id, ...gift }) => ({ variant_id, gift }));
    return this.#api.perform("order_gifts", { lines, currency }, options);
  }

  /** The gifts that the caller gave or claimed, newest first. */
  gifts(options?: CallOptions): Promise<Gift[]> {
    return this.#api.rows("gifts", { select: giftColumns, order: "created_at.desc,id" }, options);
  }

  /** Corrects a gift that nobody claimed; a new code is mailed and the old one ends. Errors: `gift_not_found`, `gift_ended`, `invalid_gift`. */
  changeGift(params: ChangeGiftParams, options?: ChangeOptions): Promise<Gift> {
    return this.#api.perform("change_gift", { ...params }, options);
  }

  /** Takes the seat of a gift by the code in its mail. Errors: `claim_code_not_found`, `gift_ended`, `already_enrolled`. */
  claimGift(code: string, options?: ChangeOptions): Promise<ClaimedGift> {
    return this.#api.perform("claim_gift", { code }, options);
  }

  /** What longer access to one's own seat costs, and until when it would last. Errors: docs/errors.md, Courses. */
  quoteRenewal(params: RenewParams, options?: CallOptions): Promise<RenewalQuote> {
    return this.#api.askInBody("quote_renewal", { ...params }, options);
  }

  /**
   * Buys longer access to one's own seat. Once the order is paid the time is added to the end, or to now when that is over. Errors:
   * `renewal_not_sold`, `access_unlimited`, `enrollment_not_renewable`, `enrollment_not_found`.
   */
  renew(params: RenewParams, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("renew_access", { ...params }, options);
  }

  /** For staff with `catalog.write`: sells longer access, so many days at a time; its price is that of the variant in the answer. */
  setRenewal(
    params: SetRenewalParams,
    options?: ChangeOptions,
  ): Promise<{ product_id: string; renewal_days: number | null; renewal_variant_id: string }> {
    return this.#api.perform("set_course_renewal", { ...params }, options);
  }

  /**
   * Moves a seat to another intake. `order` is null when that is done; else it holds the new seat and collects the difference. Errors:
   * `transfer_too_late`, `enrollment_not_transferable`, `out_of_stock`, `already_enrolled`.
   */
  transfer(params: TransferParams, options?: ChangeOptions): Promise<EnrollmentTransfer & { order: Order | null }> {
    return this.#api.perform("transfer_enrollment", { ...params }, options);
  }

  /** For staff with `enrollments.write`: gives somebody a seat free of charge. Errors: `out_of_stock`, `already_enrolled`, `invalid_reason`. */
  grant(params: GrantSeatParams, options?: ChangeOptions): Promise<GrantedSeat> {
    return this.#api.perform("grant_seat", { ...params }, options);
  }

  /** For staff with `enrollments.write`: ends a seat that was granted. Errors: `seat_not_found`, `seat_ended`, `invalid_reason`. */
  withdraw(params: WithdrawSeatParams, options?: ChangeOptions): Promise<GrantedSeat> {
    return this.#api.perform("withdraw_seat", { ...params }, options);
  }

  /** What {@link Courses.cancelEnrollment} would do with the caller's seat, changing nothing. Errors: `enrollment_not_found`. */
  cancellationQuote(params: CancelEnrollmentParams, options?: CallOptions): Promise<CancellationQuote> {
    return this.#api.ask("cancellation_quote", { enrollment_id: params.enrollment_id }, options);
  }

  /**
   * Gives the caller's seat back within the terms of its course: what it cost goes back, what was learnt is kept, the rest of the order stays.
   * Errors: `enrollment_not_found`, `cancellation_not_allowed`.
   */
  cancelEnrollment(params: CancelEnrollmentParams, options?: ChangeOptions): Promise<CancelledEnrollment> {
    return this.#api.perform("cancel_enrollment", { enrollment_id: params.enrollment_id }, options);
  }

  /** The address of an intake's online room for those with an open seat; null when there is none, or none for the caller. */
  async link(params: MoveIntakeParams, options?: CallOptions): Promise<string | null> {
    const query = { select: "url", intake_id: `eq.${params.intake_id}` };
    const [row] = await this.#api.rows<{ url: string }>("intake_links", query, options);
    return row?.url ?? null;
  }

  /**
   * Who teaches the course, or `catalog.write`: everybody sees a draft, or a closed intake takes learners again.
   * Errors: docs/errors.md, Courses.
   */
  publishIntake(params: MoveIntakeParams, options?: ChangeOptions): Promise<StaffIntake> {
    return this.#api.perform("publish_intake", { intake_id: params.intake_id }, options);
  }

  /** Who teaches the course, or `catalog.write`: the intake takes nobody more and goes on for those who are in it. */
  closeIntake(params: MoveIntakeParams, options?: ChangeOptions): Promise<StaffIntake> {
    return this.#api.perform("close_intake", { intake_id: params.intake_id }, options);
  }

  /**
   * Staff with `catalog.write`: a draft like this intake that begins at another time, with its prices and sessions, every date moved by the same
   * distance on the clock of its time zone. Errors: docs/errors.md, Courses.
   */
  duplicateIntake(params: DuplicateIntakeParams, options?: ChangeOptions): Promise<StaffIntake> {
    return this.#api.perform("duplicate_intake", { ...params }, options);
  }

  /** Who teaches the course, or `intakes.message`: writes to everybody in an intake, once each, by mail. */
  messageIntake(params: MessageIntakeParams, options?: ChangeOptions): Promise<IntakeMessage> {
    return this.#api.perform("message_intake", { ...params }, options);
  }

  /**
   * Staff with `intakes.cancel`: ends an intake for good. Its learners' seats end and what they paid goes back, which the worker does within
   * minutes (`wound_up_at`). Errors: docs/errors.md, Courses.
   */
  cancelIntake(params: CancelIntakeParams, options?: ChangeOptions): Promise<StaffIntake> {
    return this.#api.perform("cancel_intake", { intake_id: params.intake_id, reason: params.reason }, options);
  }
}

/** What {@link Courses.publishIntake}, {@link Courses.closeIntake} and {@link Courses.link} take. */
export interface MoveIntakeParams {
  intake_id: string;
}

/** What {@link Courses.cancelEnrollment} and {@link Courses.cancellationQuote} take. */
export interface CancelEnrollmentParams {
  enrollment_id: string;
}

/** What {@link Courses.duplicateIntake} takes. */
export interface DuplicateIntakeParams {
  intake_id: string;
  /** ISO 8601. Left out only for an intake without dates. */
  starts_at?: string;
  /** That of the original when left out. */
  title?: string;
}

/** What {@link Courses.messageIntake} takes. */
export interface MessageIntakeParams {
  intake_id: string;
  subject: string;
  /** Plain text; empty lines make paragraphs. */
  body: string;
  /** Those with a seat (the default), on the waiting list, or both. */
  audience?: IntakeMessage["audience"];
}

/** What {@link Courses.cancelIntake} takes. */
export interface CancelIntakeParams {
  intake_id: string;
  /** Learners read it. */
  reason: string;
}

/** What {@link Courses.list} takes. */
export interface ListCoursesParams extends PageParams {
  /** Text to find in title or summary. */
  search?: string;
  /** Only prices in this currency (ISO 4217); all of them when left out. */
  currency?: string;
}

/** What {@link Courses.get} takes beside the slug or id. */
export interface GetCourseParams {
  /** Only prices in this currency (ISO 4217); all of them when left out. */
  currency?: string;
}

/** What {@link Courses.mine} takes. */
export interface MyCoursesParams {
  /** `id` or `en`; what is not translated is shown in the base text. */
  locale?: string;
}

/** What {@link Courses.enroll} takes. */
export interface EnrollParams {
  intake_id: string;
}

/** What {@link Courses.joinWaitlist} takes. */
export interface JoinWaitlistParams {
  intake_id: string;
  /** Order the seat when it frees and charge the default saved payment method, if it costs no more than `max_amount`. */
  auto_charge?: boolean;
  /** Minor units of `currency`; needed with `auto_charge`. */
  max_amount?: number;
  /** ISO 4217; from the settings when left out. */
  currency?: string;
}

/** What {@link Courses.leaveWaitlist} takes. */
export interface LeaveWaitlistParams {
  intake_id: string;
}

/** One gift of {@link Courses.give}. */
export interface GiftParams {
  /** The variant of an intake. */
  variant_id: string;
  recipient_email: string;
  recipient_name?: string;
  message?: string;
  /** ISO 8601; at once when left out. */
  deliver_at?: string;
}

/** What {@link Courses.give} takes. */
export interface GiveParams {
  gifts: GiftParams[];
  currency?: string;
}

/** What {@link Courses.changeGift} takes; what is left out stays. */
export interface ChangeGiftParams extends Partial<Omit<GiftParams, "variant_id">> {
  gift_id: string;
}

/** What {@link Courses.renew} and {@link Courses.quoteRenewal} take. */
export interface RenewParams {
  enrollment_id: string;
  /** ISO 4217; the shop's when left out. */
  currency?: string;
}

/** What {@link Courses.setRenewal} takes. */
export interface SetRenewalParams {
  product_id: string;
  /** Null ends the sale. */
  days: number | null;
}

/** What {@link Courses.transfer} takes. */
export interface TransferParams {
  enrollment_id: string;
  to_intake_id: string;
  reason?: string;
  /** For staff: nothing is collected and nothing goes back. */
  waive_difference?: boolean;
}

/** What {@link Courses.grant} takes. */
export interface GrantSeatParams {
  intake_id: string;
  profile_id: string;
  /** Kept in the audit log; at most 500 characters. */
  reason: string;
  /** ISO 8601; those of the intake when left out. */
  access_starts_at?: string;
  access_ends_at?: string;
}

/** What {@link Courses.withdraw} takes. */
export interface WithdrawSeatParams {
  enrollment_id: string;
  reason: string;
}

function published(select: string, currency: string | undefined): Query {
  return {
    select,
    kind: "eq.course",
    status: "eq.published",
    "course.intakes.order": "starts_at.asc.nullslast,id.asc",
    "course.intakes.variant.prices.currency": currency && `eq.${currency}`,
  };
}

function conditions({ search, cursor }: ListCoursesParams): string | undefined {
  const all: string[] = [];
  if (search?.trim()) {
    const pattern = quoted(literalPattern(search.trim()));
    all.push(`or(title.imatch.${pattern},summary.imatch.${pattern})`);
  }
  if (cursor) all.push(`or${rowsAfter(sort, decodeCursor(cursor, sort.length))}`);
  return all.length === 0 ? undefined : `(${all.join(",")})`;
}
