import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { InstalmentPlan, InstalmentSchedule } from "../types/instalments.ts";

const columns = "id,title,product_id,count,period,first_basis_points,status";

/** Orders paid in parts. */
export class Instalments {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The plans that buyers may take; with a product, those for any order and those for it. */
  plans(params: { product_id?: string } = {}, options?: CallOptions): Promise<InstalmentPlan[]> {
    const fits = params.product_id ? { or: `(product_id.is.null,product_id.eq.${params.product_id})` } : {};
    return this.#api.rows(
      "instalment_plans",
      { select: columns, status: "eq.active", order: "count.asc,id.asc", ...fits },
      options,
    );
  }

  /**
   * Takes a plan for a pending order and answers its parts. Pay the first one by `checkout.start({ order_id, amount, save_method: true })`: that
   * confirms the order, and the rest is charged when it is due. Errors: `instalments_not_offered`, `order_not_payable`, `order_expired`, `order_not_found`.
   */
  start(params: StartInstalmentsParams, options?: ChangeOptions): Promise<InstalmentSchedule> {
    return this.#api.perform("start_instalments", { ...params }, options);
  }

  /** The parts of an order, and what is still due. Errors: `order_not_found`, `instalments_not_found`. */
  get(order_id: string, options?: CallOptions): Promise<InstalmentSchedule> {
    return this.#api.ask("get_instalments", { order_id }, options);
  }

  /** Chooses which saved method is charged (null: the default one); what is overdue is tried at once. Errors: `payment_method_not_found`, `instalments_not_found`. */
  setMethod(params: SetInstalmentMethodParams, options?: ChangeOptions): Promise<InstalmentSchedule> {
    return this.#api.perform("set_instalment_method", { ...params }, options);
  }

  /** Staff (payments.refund): gives up what is still owed. Errors: `permission_denied`, `instalments_not_found`, `payment_in_progress`. */
  writeOff(params: WriteOffInstalmentsParams, options?: ChangeOptions): Promise<InstalmentSchedule> {
    return this.#api.perform("write_off_instalments", { ...params }, options);
  }
}

/** What {@link Instalments.start} takes. */
export interface StartInstalmentsParams {
  order_id: string;
  plan_id: string;
}

/** What {@link Instalments.setMethod} takes. */
export interface SetInstalmentMethodParams {
  order_id: string;
  payment_method_id: string | null;
}

/** What {@link Instalments.writeOff} takes. */
export interface WriteOffInstalmentsParams {
  order_id: string;
  reason: string;
}
