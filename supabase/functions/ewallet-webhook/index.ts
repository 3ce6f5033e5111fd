import { serveWebhook } from "../_shared/payments/serve-webhook.ts";
import { chooseEwallet } from "./choose-ewallet.ts";

/** POST by the e-wallet; the event goes into the inbox and is applied there. */
export default serveWebhook(chooseEwallet);
