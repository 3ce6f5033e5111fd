import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Page, PageParams } from "../page.ts";
import { rowsPage } from "../rows-page.ts";
import type {
  Organisation,
  OrganisationInvite,
  OrganisationPerson,
  OrganisationProgress,
  OrganisationSeat,
} from "../types/organisations.ts";
import type { Quote } from "../types/pricing.ts";
import type { Order, OrderSummary } from "../types.ts";
import type { OrganisationRole } from "../vocabularies.ts";
import { listedOrders } from "./order-rows.ts";

const organisationColumns = "id,name,billing_name,billing_address,billing_email,tax_number,created_at";
const seatColumns = "id,organisation_id,intake_id,order_item_id,status,learner_id,enrollment_id";
const inviteColumns = "id,organisation_id,intake_id,seat_id,email,expires_at,claimed_at,revoked_at,created_at";

/** Organisations: seats that are bought for others, given out by code, by mail or by hand. Errors: docs/errors.md, Organisations. */
export class Organisations {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The organisations the caller belongs to; all of them for staff with `organisations.read`. */
  list(options?: CallOptions): Promise<Organisation[]> {
    return this.#api.rows("organisations", { select: organisationColumns, order: "name,id" }, options);
  }

  /** Founds an organisation with the caller as its manager; staff may name another. Errors: `invalid_organisation`, `invalid_email`. */
  create(params: CreateOrganisationParams, options?: ChangeOptions): Promise<Organisation> {
    return this.#api.perform("create_organisation", { ...params }, options);
  }

  /** Changes an organisation; what is left out stays. Errors: `organisation_not_found`, `invalid_organisation`, `invalid_email`. */
  update(params: UpdateOrganisationParams, options?: ChangeOptions): Promise<Organisation> {
    return this.#api.perform("update_organisation", { ...params }, options);
  }

  /** Who belongs to it, for its managers. Errors: `organisation_not_found`. */
  people(organisation_id: string, options?: CallOptions): Promise<OrganisationPerson[]> {
    return this.#api.ask("organisation_people", { organisation_id }, options);
  }

  /** Makes one of its people manager or member. Errors: `organisation_not_found`, `member_not_found`, `last_manager`. */
  setRole(
    params: SetOrganisationRoleParams,
    options?: ChangeOptions,
  ): Promise<{ organisation_id: string; profile_id: string; role: OrganisationRole }> {
    return this.#api.perform("set_organisation_role", { ...params }, options);
  }

  /**
   * Lets somebody go, or leaves. Seats they had not begun are free again; `seats_kept` says how many they had begun and keep. Errors:
   * `organisation_not_found`, `member_not_found`, `last_manager`.
   */
  removeMember(
    params: OrganisationMemberParams,
    options?: ChangeOptions,
  ): Promise<{ organisation_id: string; profile_id: string; seats_kept: number }> {
    return this.#api.perform("remove_organisation_member", { ...params }, options);
  }

  /** What seats would cost now, with the price from that quantity on. Errors: `organisation_not_found`, `invalid_lines`. */
  quote(params: OrderSeatsParams, options?: CallOptions): Promise<Quote> {
    return this.#api.askInBody("quote_seats", { ...params }, options);
  }

  /** Buys seats in one order; each unit is a free seat of the organisation once it is paid. Errors: those of `orders.place`, and `organisation_not_found`. */
  order(params: OrderSeatsParams, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("order_seats", { ...params }, options);
  }

  /** A page of its orders, newest first, whoever of its managers placed them; `orders.get` shows one whole, `invoices` its papers. */
  async orders(params: OrganisationOrdersParams, options?: CallOptions): Promise<Page<OrderSummary>> {
    const filter = { organisation_id: `eq.${params.organisation_id}` };
    return rowsPage(this.#api, listedOrders, filter, params, options);
  }

  /** Its seats, as managers see them; a learner sees their own. */
  seats(organisation_id: string, options?: CallOptions): Promise<OrganisationSeat[]> {
    const query = { select: seatColumns, organisation_id: `eq.${organisation_id}`, order: "intake_id,created_at,id" };
    return this.#api.rows("organisation_seats", query, options);
  }

  /**
   * Gives out seats. Without `email`: answers a `code`, once, that takes any free seat. With `email`: keeps one seat and mails a code of its own,
   * so `code` is null. Errors: `organisation_not_found`, `intake_not_found`, `no_seats_left`, `invalid_email`, `invalid_expiry`.
   */
  invite(params: InviteToSeatsParams, options?: ChangeOptions): Promise<OrganisationInvite & { code: string | null }> {
    return this.#api.perform("invite_to_seats", { ...params }, options);
  }

  /** Its codes and invitations, newest first. */
  invites(organisation_id: string, options?: CallOptions): Promise<OrganisationInvite[]> {
    const query = { select: inviteColumns, organisation_id: `eq.${organisation_id}`, order: "created_at.desc,id" };
    return this.#api.rows("organisation_invites", query, options);
  }

  /** Ends a code or an invitation; a seat that was kept is free again. Errors: `invite_not_found`, `invite_ended`. */
  revokeInvite(invite_id: string, options?: ChangeOptions): Promise<OrganisationInvite> {
    return this.#api.perform("revoke_invite", { invite_id }, options);
  }

  /** Takes a seat by a code and joins the organisation. Errors: `claim_code_not_found`, `invite_ended`, `no_seats_left`, `already_enrolled`. */
  claim(code: string, options?: ChangeOptions): Promise<OrganisationSeat> {
    return this.#api.perform("claim_seat", { code }, options);
  }

  /** Gives a free seat to one of its people. Errors: `seat_not_found`, `member_not_found`, `seat_not_free`, `already_enrolled`. */
  assign(params: AssignSeatParams, options?: ChangeOptions): Promise<OrganisationSeat> {
    return this.#api.perform("assign_seat", { ...params }, options);
  }

  /** Takes back a seat whose learner has not begun. Errors: `seat_not_found`, `seat_not_assigned`, `seat_begun`. */
  reclaim(seat_id: string, options?: ChangeOptions): Promise<OrganisationSeat> {
    return this.#api.perform("reclaim_seat", { seat_id }, options);
  }

  /** How far each of its people is, for its managers. Errors: `organisation_not_found`. */
  progress(organisation_id: string, options?: CallOptions): Promise<OrganisationProgress[]> {
    return this.#api.ask("organisation_progress", { organisation_id }, options);
  }
}

/** What {@link Organisations.create} takes. */
export interface CreateOrganisationParams {
  name: string;
  /** The name when left out. */
  billing_name?: string;
  billing_address?: string;
  billing_email?: string;
  tax_number?: string;
  /** For staff: who manages it. */
  manager_id?: string;
}

/** What {@link Organisations.update} takes. */
export interface UpdateOrganisationParams extends Partial<Omit<CreateOrganisationParams, "manager_id">> {
  organisation_id: string;
}

/** Names somebody who belongs to an organisation. */
export interface OrganisationMemberParams {
  organisation_id: string;
  profile_id: string;
}

/** What {@link Organisations.setRole} takes. */
export interface SetOrganisationRoleParams extends OrganisationMemberParams {
  role: OrganisationRole;
}

/** What {@link Organisations.order} and {@link Organisations.quote} take. */
export interface OrderSeatsParams {
  organisation_id: string;
  /** The variants of intakes. */
  lines: { variant_id: string; quantity: number }[];
  currency?: string;
  /** Codes as their holders typed them. */
  coupon_codes?: string[];
}

/** What {@link Organisations.orders} takes. */
export interface OrganisationOrdersParams extends PageParams {
  organisation_id: string;
}

/** What {@link Organisations.invite} takes. */
export interface InviteToSeatsParams {
  organisation_id: string;
  intake_id: string;
  email?: string;
  /** ISO 8601, within a year; after the setting `invite_days` when left out. */
  expires_at?: string;
}

/** What {@link Organisations.assign} takes. */
export interface AssignSeatParams {
  seat_id: string;
  profile_id: string;
}
