import type { Sql } from "postgres";
import type { GatewaySettings } from "../read-settings.ts";
import type { Codes } from "./codes.ts";
import type { Lite } from "./lite.ts";
import type { Mailer } from "./mailer.ts";
import type { Reissue } from "./reissue.ts";
import type { Sessions } from "./sessions.ts";

/** What the routes of Auth work with. */
export type AuthDeps = {
  settings: GatewaySettings;
  sql: Sql;
  lite: Lite;
  mailer: Mailer;
  codes: Codes;
  sessions: Sessions;
  reissue: Reissue;
};
