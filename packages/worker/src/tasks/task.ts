import type { PaymentProviders } from "../../../../supabase/functions/_shared/payments/open-providers.ts";
import type { Carrier } from "../../../../supabase/functions/_shared/shipping/carrier.ts";
import type { Sql, Transaction } from "../database.ts";
import type { Log } from "../log.ts";
import type { Mailer } from "../mailer.ts";
import type { PdfFiles } from "../pdf-files.ts";
import type { EventJob } from "../queues.ts";
import type { Settings } from "../settings.ts";
import type { StoredFiles } from "../stored-files.ts";

/** What every task may use; handed in, so that a test can hand in something else. */
export type Tools = {
  sql: Sql;
  /** Where reports are counted; the primary when there is no replica. */
  replica: Sql;
  mailer: Mailer;
  providers: PaymentProviders;
  carriers: Carrier[];
  invoiceFiles: PdfFiles;
  certificateFiles: PdfFiles;
  storedFiles: StoredFiles;
  settings: Settings;
};

/** What one run of a task gets. */
export type RunContext = Tools & {
  log: Log;
  correlationId: string;
  /** Aborted when the run takes too long or lost its claim. */
  signal: AbortSignal;
};

/** What one run of a task that follows an event gets. */
export type EventRunContext = RunContext & {
  /**
   * Writes the task's last effect and "done" in one transaction. A task with no effect in the database need not call it:
   * its run is marked done when it returns.
   */
  complete: (effect: (transaction: Transaction) => Promise<void>) => Promise<void>;
  /** Leaves the process waiting for a system outside that has taken the work and reports by `update_process`. */
  handOver: (message: string | null) => Promise<void>;
};

/** A task that follows an event. It returns quietly when the world has moved on, and throws to be tried again. */
export type EventTask = (job: EventJob, context: EventRunContext) => Promise<void>;

/** A task that runs by the clock; answers how many rows it moved. */
export type ScheduledTask = (context: RunContext) => Promise<number>;
