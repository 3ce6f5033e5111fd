import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import type { AuditHead, AuditVerdict } from "../types/audit.ts";

/** Audit: whether the log of what staff wrote is all there, for staff with `audit.read`. */
export class Audit {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest seal of the log. Keep `head` outside of the shop. Errors: `permission_denied`. */
  head(options?: CallOptions): Promise<AuditHead> {
    return this.#api.ask("audit_head", {}, options);
  }

  /** Reads the whole log, and looks for a head that was kept. Errors: `permission_denied`, `invalid_audit_head`. */
  verify(params: { expected_head?: string } = {}, options?: CallOptions): Promise<AuditVerdict> {
    return this.#api.ask("verify_audit", { expected_head: params.expected_head }, options);
  }
}
