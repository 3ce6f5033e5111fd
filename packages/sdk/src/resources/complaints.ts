import { type Api, secondStep } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams, pageSize } from "../page.ts";
import type { Complaint, ComplaintEvidence, ComplaintMessage, FoundComplaint } from "../types/complaints.ts";
import type { ComplaintResolution, ComplaintStatus, ComplaintType, ComplaintWish } from "../vocabularies.ts";

/** Complaints about orders: what customers say is wrong, and what staff make of it. docs/complaints.md shows how they go. */
export class Complaints {
  readonly #api: Api;
  readonly #url: string;

  constructor(api: Api, url: string) {
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
  }

  /**
   * Opens a complaint about the caller's own paid order. Errors: `complaint_not_possible`, `complaint_already_open` (its id in `details`),
   * `invalid_complaint`, `invalid_message`, `invalid_lines`, `order_not_found`, `too_many_messages`.
   */
  open(params: OpenComplaintParams, options?: ChangeOptions): Promise<Complaint> {
    const { order_id, type, description, lines = null, wanted = null } = params;
    return this.#api.perform("open_complaint", { order_id, type, description, lines, wanted }, options);
  }

  /** Everything about one: the caller's own, or any for staff with `complaints.read`. Errors: `complaint_not_found`. */
  get(complaint_id: string, options?: CallOptions): Promise<Complaint> {
    return this.#api.ask("get_complaint", { complaint_id }, options);
  }

  /** A page of complaints, newest first: the caller's own, or all for staff with `complaints.read`. Errors: `invalid_search`, `invalid_cursor`. */
  search(params: SearchComplaintsParams = {}, options?: CallOptions): Promise<Page<FoundComplaint>> {
    const { q, statuses, type, assignee_id, cursor } = params;
    const args = { q, statuses, type, assignee_id, cursor, max_rows: pageSize(params) };
    return this.#api.askInBody("search_complaints", args, options);
  }

  /** Every complaint that {@link Complaints.search} would page through. */
  iterate(
    params: Omit<SearchComplaintsParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<FoundComplaint, void> {
    return eachRow((cursor) => this.search({ ...params, cursor }, options));
  }

  /** Changes one's own words while it is open or under review; what is left out stays. Errors: `complaint_not_found`, `complaint_not_open`. */
  update(params: UpdateComplaintParams, options?: ChangeOptions): Promise<Complaint> {
    const { complaint_id, description = null, wanted = null } = params;
    return this.#api.perform("update_complaint", { complaint_id, description, wanted }, options);
  }

  /** Ends one's own complaint without any effect. Errors: `complaint_not_found`, `complaint_not_open`. */
  withdraw(complaint_id: string, options?: ChangeOptions): Promise<Complaint> {
    return this.#api.perform("withdraw_complaint", { complaint_id }, options);
  }

  /** Opens one's own complaint again, once, with a message that says why. Errors: `complaint_not_reopenable`, `complaint_already_open`. */
  reopen(params: { complaint_id: string; message: string }, options?: ChangeOptions): Promise<Complaint> {
    return this.#api.perform("reopen_complaint", { ...params }, options);
  }

  /**
   * Writes about a complaint. What customers write is seen by both; staff (`complaints.handle`) write among themselves unless
   * `visible_to_customer`, and then the customer is mailed. Errors: `complaint_not_found`, `complaint_not_open`, `invalid_message`.
   */
  write(params: WriteComplaintParams, options?: ChangeOptions): Promise<ComplaintMessage> {
    const { complaint_id, body, visible_to_customer = false } = params;
    return this.#api.perform("add_complaint_message", { complaint_id, body, visible_to_customer }, options);
  }

  /**
   * Sends a picture (JPEG, PNG, WebP) or PDF of at most 5 MB beside one's own complaint. Errors: `media_type_not_allowed`, `file_too_large`,
   * `too_many_files`, `complaint_not_open`, `upload_failed`.
   */
  async addEvidence(params: { complaint_id: string; file: Blob }, options?: ChangeOptions): Promise<ComplaintEvidence> {
    const started = await this.#api.invoke<{ evidence_id: string; path: string | null }>(
      "complaint-evidence",
      { step: "start", complaint_id: params.complaint_id },
      options,
    );
    const { evidence_id, path } = started;
    if (path) await this.#api.put(path, params.file, params.file.type || "application/octet-stream", options);
    return this.#api.invoke("complaint-evidence", { step: "finish", evidence_id }, secondStep(options));
  }

  /** A link that opens a file, for five minutes and without a key. Errors: `evidence_not_found`. */
  async evidenceLink(evidence_id: string, options?: CallOptions): Promise<EvidenceLink> {
    const { path, ...link } = await this.#api.invoke<Omit<EvidenceLink, "url"> & { path: string }>(
      "complaint-evidence",
      { step: "link", evidence_id },
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }

  /** Takes a file away again while nobody looks into the complaint. Errors: `evidence_not_found`, `complaint_not_open`. */
  removeEvidence(evidence_id: string, options?: ChangeOptions): Promise<Complaint> {
    return this.#api.perform("remove_evidence", { evidence_id }, options);
  }

  /** Staff (`complaints.handle`): says who looks after it; null: nobody. Errors: `profile_not_found`, `complaint_not_open`. */
  assign(params: { complaint_id: string; assignee_id: string | null }, options?: ChangeOptions): Promise<Complaint> {
    return this.#api.perform("assign_complaint", { ...params }, options);
  }

  /** Staff (`complaints.handle`): begins to look into it. Errors: `complaint_not_open`. */
  startReview(complaint_id: string, options?: ChangeOptions): Promise<Complaint> {
    return this.#api.perform("start_complaint_review", { complaint_id }, options);
  }

  /**
   * Staff (`complaints.handle`): ends it with what `resolution` names, in one transaction. `refund` and `store_credit` need `payments.refund`,
   * `replacement` needs `orders.write`. Errors: `complaint_not_open`, `complaint_not_replaceable`, `out_of_stock`, `invalid_resolution`,
   * `invalid_reason`, `invalid_lines`, and those of `refunds.create`.
   */
  resolve(params: ResolveComplaintParams, options?: ChangeOptions): Promise<Complaint> {
    const { complaint_id, resolution, note, lines = null, amount = null, restock = false } = params;
    return this.#api.perform("resolve_complaint", { complaint_id, resolution, note, lines, amount, restock }, options);
  }
}

/** What {@link Complaints.open} takes. */
export interface OpenComplaintParams {
  order_id: string;
  type: ComplaintType;
  /** At most 4000 characters. */
  description: string;
  /** What it is about; the order as a whole when left out. All that is left of a line when `quantity` is left out. */
  lines?: { order_item_id: string; quantity?: number }[];
  wanted?: ComplaintWish;
}

/** What {@link Complaints.search} takes. */
export interface SearchComplaintsParams extends PageParams {
  /** A part of a complaint's or order's number or of the description; for staff with `people.read` also of a name, e-mail or phone. */
  q?: string;
  statuses?: ComplaintStatus[];
  type?: ComplaintType;
  assignee_id?: string;
}

/** What {@link Complaints.update} takes. */
export interface UpdateComplaintParams {
  complaint_id: string;
  description?: string;
  wanted?: ComplaintWish;
}

/** What {@link Complaints.write} takes. */
export interface WriteComplaintParams {
  complaint_id: string;
  /** At most 4000 characters. */
  body: string;
  /** For staff. False when left out. */
  visible_to_customer?: boolean;
}

/** What {@link Complaints.evidenceLink} answers. */
export interface EvidenceLink {
  evidence_id: string;
  /** The name that the browser saves it under. */
  file_name: string;
  mime_type: string;
  url: string;
  expires_at: string;
}

/** What {@link Complaints.resolve} takes. */
export interface ResolveComplaintParams {
  complaint_id: string;
  resolution: ComplaintResolution;
  /** The customer reads it; at most 500 characters. */
  note: string;
  /** The complaint's lines when left out; a complaint about the order as a whole needs them, or an amount. */
  lines?: { order_item_id: string; quantity?: number }[];
  /** Minor units. Alone: money only, nothing is taken back; with `lines`: instead of what they cost. */
  amount?: number;
  /** Whether what comes back is on sale again. False when left out. */
  restock?: boolean;
}
