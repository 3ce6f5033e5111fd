import { z } from "zod";
import { Problem } from "./problem.ts";

const Wish = z.strictObject({
  order_id: z.guid(),
  amount: z.int().positive().optional(),
  method: z.enum(["checkout", "ewallet"]).optional(),
  save_method: z.boolean().optional(),
});

/** What somebody wants to pay: an order, and how much of it in minor units; without `amount`, all that is due; `method` only where a page is opened. `save_method` keeps the way it is paid. */
export type PaymentWish = z.infer<typeof Wish>;

/** Reads the body `{"order_id": "<uuid>", "amount"?: <minor units>, "save_method"?: true}`, and nothing else. */
export async function readPaymentWish(request: Request): Promise<PaymentWish> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "A payment is started with POST.", { headers: { allow: "POST" } });
  }
  const body = Wish.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, 'The body must be JSON of the form {"order_id": "<uuid>"}.', {
    hint: "Send the id of the order that place_order or enroll answered with; amount, in minor units, pays a part of it.",
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
