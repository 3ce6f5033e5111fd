import type { Order, Payment, PaymentProof } from "../../packages/sdk/src/index.ts";
import type { Sql } from "../support/database.ts";
import { asOwner } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { type OpenOrder, openOrder } from "./sale.ts";

/** An unpaid order whose buyer chose bank transfer. */
export type Transfer = OpenOrder & { paymentId: string };

/** Lets the shop take transfers. */
export async function offerTransfers(sql: Sql): Promise<void> {
  const accounts = [{ bank: "Bank Contoh", number: "123", holder: "PT Contoh" }];
  await sql`update public.settings set value = ${JSON.stringify(accounts)}::text::jsonb where key = 'transfer_accounts'`;
}

/** What `start_transfer` answers. */
export type Started = { order: Order; payment: Payment; accounts: object[]; reference: string };

/** Chooses bank transfer for an order, as its buyer. */
export async function startTransfer(sql: Sql, order: OpenOrder): Promise<Started> {
  return actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_transfer(${order.orderId}) as started`;
    return row?.started;
  });
}

/** Places an order and chooses bank transfer for it. */
export async function openTransfer(sql: Sql, wish: Parameters<typeof openOrder>[1] = {}): Promise<Transfer> {
  await offerTransfers(sql);
  const order = await openOrder(sql, wish);
  return { ...order, paymentId: (await startTransfer(sql, order)).payment.id };
}

/** Makes the place for a proof, as the function upload-proof does; gives its id. */
export async function startProof(sql: Sql, { customerId, paymentId }: Transfer): Promise<string> {
  return actingAs(sql, customerId, async (tx) => {
    const [row] = await tx`select public.start_proof(${paymentId}) as proof`;
    return row?.proof.id;
  });
}

/** Puts a proof before staff, as the function submit-proof does after it looked into the file. */
export async function submit(sql: Sql, proofId: string, sha256 = "a".repeat(64)): Promise<PaymentProof> {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.submit_proof(${proofId}, 'image/png', 2048, ${sha256}) as proof`;
    return row?.proof;
  });
}

/** Sends a proof from start to end; gives its id. */
export async function sendProof(sql: Sql, transfer: Transfer): Promise<string> {
  const proofId = await startProof(sql, transfer);
  await submit(sql, proofId);
  return proofId;
}

/** Reviews a proof, as the secret key or as a person. */
export async function review(
  sql: Sql,
  proofId: string,
  verdict: { approve: boolean; reason?: string; key?: string },
  who = "service",
): Promise<{ proof: PaymentProof; order: Order }> {
  const { approve, reason = null, key = null } = verdict;
  const answer = await actingAs(sql, who, async (tx) => {
    const [row] = await tx`select public.review_payment_proof(${proofId}, ${approve}, ${reason}, ${key}) as answer`;
    return row?.answer;
  });
  if (!("begin" in sql)) await asOwner(sql);
  return answer;
}
