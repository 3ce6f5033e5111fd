import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { CountedReport, Report, ReportKind, ReportParameters } from "../types/reports.ts";

/** Reports for staff: asked for here, counted on the replica, away from buyers. docs/reports.md has every column. */
export class Reports {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Asks for a report; {@link Reports.get} has its rows once they are counted. With `max_age_seconds` one of the same question that is no older
   * will do. Errors: `permission_denied`, `invalid_report_request`.
   */
  request<Kind extends ReportKind>(params: RequestReportParams<Kind>, options?: ChangeOptions): Promise<Report<Kind>> {
    return this.#api.perform("request_report", { ...params }, options);
  }

  /** A report, its rows when it is done, the moment of its data, and how its background job goes. Errors: `report_not_found`. */
  get<Kind extends ReportKind>(report_id: string, options?: CallOptions): Promise<CountedReport<Kind>> {
    return this.#api.ask("get_report", { report_id }, options);
  }

  /** The rows of a report as CSV, in which no text is a formula. Errors: `report_not_found`, `report_not_ready`. */
  sheet(report_id: string, options?: CallOptions): Promise<string> {
    return this.#api.askForSheet("report_sheet", { report_id }, options);
  }
}

/** What {@link Reports.request} takes. */
export interface RequestReportParams<Kind extends ReportKind = ReportKind> {
  kind: Kind;
  parameters?: ReportParameters;
  /** 0 to 86400; 0 when left out: a report of its own. */
  max_age_seconds?: number;
}
