import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Process } from "../types/events.ts";
import type { ProcessStatus } from "../vocabularies.ts";

const listed: RowList = {
  relation: "processes",
  select:
    "id,task,subject_type,subject_id,status,attempts,error,message,progress,correlation_id,created_at,started_at,reported_at,finished_at",
  sort: newestFirst("created_at"),
};

/** Processes: the jobs that follow what happened, for staff with `processes.read`. */
export class Processes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of the jobs that fit, newest first: those of one order, those that failed. */
  async list(params: ListProcessesParams = {}, options?: CallOptions): Promise<Page<Process>> {
    const filter = {
      subject_id: params.subject_id && `eq.${params.subject_id}`,
      task: params.task && `eq.${params.task}`,
      status: params.status && `eq.${params.status}`,
    };
    return rowsPage(this.#api, listed, filter, params, options);
  }

  /** Every job that {@link Processes.list} would page through. */
  iterate(params: Omit<ListProcessesParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<Process, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /**
   * Says by hand how work stands that a system outside has, for staff with `processes.write`; the system itself calls the function
   * `process-update` (docs/production.md). Errors: `process_not_found`, `illegal_status_move`, `invalid_report`.
   */
  update(params: UpdateProcessParams, options?: ChangeOptions): Promise<ProcessReport> {
    const { process_id, status, message = null, progress = null } = params;
    return this.#api.perform("update_process", { process_id, status, message, progress }, options);
  }
}

/** What {@link Processes.list} takes. */
export interface ListProcessesParams extends PageParams {
  /** The order, payment or other row that the job is about. */
  subject_id?: string;
  task?: string;
  status?: ProcessStatus;
}

/** What {@link Processes.update} takes. */
export interface UpdateProcessParams {
  process_id: string;
  status: "waiting" | "done" | "failed";
  /** At most 500 characters. */
  message?: string;
  /** 0 to 100. */
  progress?: number;
}

/** How a process stands after a report. */
export type ProcessReport = Pick<Process, "id" | "task" | "status" | "message" | "progress" | "reported_at">;
