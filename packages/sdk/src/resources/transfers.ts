import { type Api, secondStep } from "../api.ts";
import { SeatlineError } from "../errors.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { type RowList, rowsPage } from "../rows-page.ts";
import type { PaymentProof, TransferAccount } from "../types/payments.ts";
import type { Order, Payment } from "../types.ts";
import type { PaymentProofStatus } from "../vocabularies.ts";
import type { StartCheckoutParams } from "./checkout.ts";

type Place = { proof_id: string; path: string | null };

const listed: RowList = {
  relation: "payment_proofs",
  select:
    "id,payment_id,status,mime_type,byte_size,sha256,created_at,submitted_at,reviewed_at,reason,payments(order_id,orders(number))",
  sort: [
    { column: "created_at", direction: "asc" },
    { column: "id", direction: "asc" },
  ],
};

/** Bank transfers: the buyer sends the money and shows a proof, staff approve or reject it. */
export class Transfers {
  readonly #api: Api;
  readonly #url: string;
  readonly #fetch: typeof fetch;

  constructor(api: Api, url: string, send: typeof fetch) {
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
    this.#fetch = send;
  }

  /**
   * Chooses bank transfer for an order, or a part of it: where to send the money, and until when the order is held. Asking twice is safe. Errors:
   * `transfer_not_offered`, `order_not_payable`, `order_expired`, `payment_in_progress`, `amount_exceeds_due`, `order_not_found`.
   */
  start(params: StartCheckoutParams, options?: ChangeOptions): Promise<StartedTransfer> {
    const { order_id, amount = null } = params;
    return this.#api.perform("start_transfer", { order_id, amount }, options);
  }

  /**
   * Sends a picture (JPEG, PNG, WebP) or PDF of at most 5 MB and puts it before staff. Errors: `file_type_not_allowed`,
   * `file_size_not_allowed`, `transfer_not_open`, `proof_under_review`, `payment_not_found`, `too_many_proofs`.
   */
  async sendProof(params: SendProofParams, options?: ChangeOptions): Promise<PaymentProof> {
    const { proof_id, path } = await this.#api.invoke<Place>(
      "upload-proof",
      { payment_id: params.payment_id },
      options,
    );
    // null: the bytes of an earlier try with the same key are there
    if (path !== null) await this.#put(path, params.file, options?.signal);
    return await this.#api.invoke("submit-proof", { proof_id }, secondStep(options));
  }

  // Straight to Storage, by a link that is good for this one file.
  async #put(path: string, file: Blob, signal?: AbortSignal): Promise<void> {
    const headers = { "content-type": file.type || "application/octet-stream" };
    const answer = await this.#fetch(`${this.#url}${path}`, { method: "PUT", body: file, headers, signal }).catch(
      (cause: unknown) => notTaken("the server could not be reached", cause),
    );
    if (answer.ok) return;
    const { message, statusCode } = (await answer.json().catch(() => ({}))) as Record<string, string | undefined>;
    // What is there already was sent by an attempt whose answer was lost.
    if (answer.status !== 409 && statusCode !== "409") notTaken(message ?? `it answered ${answer.status}`);
  }

  /** A page of the proofs that the caller may see, oldest first: those of one payment, or what waits for review. */
  async listProofs(params: ListProofsParams = {}, options?: CallOptions): Promise<Page<PaymentProof>> {
    const filter = {
      payment_id: params.payment_id && `eq.${params.payment_id}`,
      status: params.status && `eq.${params.status}`,
    };
    type Row = PaymentProof & { payments: { order_id: string; orders: { number: string } } };
    const page = await rowsPage<Row>(this.#api, listed, filter, params, options);
    const data = page.data.map(({ payments, ...proof }) => ({
      ...proof,
      order_id: payments.order_id,
      order_number: payments.orders.number,
    }));
    return { ...page, data };
  }

  /** Every proof that {@link Transfers.listProofs} would page through. */
  iterateProofs(
    params: Omit<ListProofsParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<PaymentProof, void> {
    return eachRow((cursor) => this.listProofs({ ...params, cursor }, options));
  }

  /** A link that opens the file, for five minutes and without a key. Errors: `proof_not_found`, `proof_not_submitted`. */
  async proofLink(proof_id: string, options?: CallOptions): Promise<ProofLink> {
    const { path, ...link } = await this.#api.invoke<Omit<ProofLink, "url"> & { path: string }>(
      "proof-link",
      { proof_id },
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }

  /**
   * For staff with `payments.review`: the money has arrived, or has not and why. Approving pays the order, or gives the money back when it
   * can no longer be delivered. Errors: `permission_denied`, `proof_not_found`, `proof_not_open`, `invalid_reason`.
   */
  review(params: ReviewProofParams, options?: ChangeOptions): Promise<{ proof: PaymentProof; order: Order }> {
    const { proof_id, approve, reason = null } = params;
    return this.#api.perform("review_payment_proof", { proof_id, approve, reason }, options);
  }

  /**
   * For staff with `payments.refund`: the money of a transfer was sent back by the bank. Errors: `permission_denied`, `refund_not_found`,
   * `refund_not_open`.
   */
  recordRefund(params: RecordRefundParams, options?: ChangeOptions): Promise<{ id: string; status: string }> {
    return this.#api.perform(
      "record_transfer_refund",
      { refund_id: params.refund_id, reference: params.reference },
      options,
    );
  }
}

/** What {@link Transfers.start} answers. */
export interface StartedTransfer {
  order: Order;
  payment: Payment;
  accounts: TransferAccount[];
  /** What the buyer writes with the transfer: the order's number. */
  reference: string;
}

/** What {@link Transfers.sendProof} takes. */
export interface SendProofParams {
  payment_id: string;
  /** A `File` of an input, or any `Blob` with a type. */
  file: Blob;
}

/** What {@link Transfers.listProofs} takes. */
export interface ListProofsParams extends PageParams {
  payment_id?: string;
  status?: PaymentProofStatus;
}

/** What {@link Transfers.proofLink} answers. */
export interface ProofLink {
  proof_id: string;
  /** The name that the browser saves it under. */
  file_name: string;
  mime_type: string;
  url: string;
  expires_at: string;
}

/** What {@link Transfers.review} takes. */
export interface ReviewProofParams {
  proof_id: string;
  approve: boolean;
  /** At most 500 characters; asked for when it is rejected, and the buyer reads it. */
  reason?: string;
}

/** What {@link Transfers.recordRefund} takes. */
export interface RecordRefundParams {
  refund_id: string;
  /** The bank's reference, at most 200 characters. */
  reference: string;
}

function notTaken(reason: string, cause?: unknown): never {
  throw new SeatlineError({
    code: "upload_failed",
    status: 0,
    message: `Storage did not take the file: ${reason}.`,
    hint: "Check its size and type, and send it again.",
    cause,
  });
}
