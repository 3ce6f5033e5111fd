import { serveWebhook } from "../_shared/payments/serve-webhook.ts";

/** POST by Stripe; the event goes into the inbox and is applied there. */
export default serveWebhook((providers) => providers.stripe);
