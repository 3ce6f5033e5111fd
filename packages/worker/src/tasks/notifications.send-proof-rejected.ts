import { proofRejected } from "../templates/proof-rejected.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type ProofRow = {
  proof_id: string;
  reason: string;
  order_id: string;
  number: string;
  customer_id: string;
  held_until: Date | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** payment_proof.rejected: tells the customer why, and until when another proof can follow, unless the order was paid meanwhile. */
export const sendProofRejected: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [proof] = await sql<ProofRow[]>`
    select payment_proofs.id as proof_id, payment_proofs.reason, orders.id as order_id, orders.number, orders.customer_id,
      case when orders.status = 'pending' and orders.expires_at > now() then orders.expires_at end as held_until,
      profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.payment_proofs
    join public.payments on payments.id = payment_proofs.payment_id
    join public.orders on orders.id = payments.order_id
    join public.profiles on profiles.id = orders.customer_id
    where payment_proofs.id = ${job.subject_id} and payment_proofs.status = 'rejected' and orders.paid_at is null`;
  if (!proof) return;
  const facts = {
    shop: proof.shop ?? "Seatline",
    firstName: proof.first_name,
    number: proof.number,
    reason: proof.reason,
    heldUntil: proof.held_until?.toISOString() ?? null,
    timeZone: settings.timeZone,
    orderUrl: `${settings.storefrontUrl}/orders/${proof.order_id}`,
  };
  await deliverMail(
    {
      profileId: proof.customer_id,
      type: "proof_rejected",
      effectKey: `proof_rejected:${proof.proof_id}`,
      rendered: proofRejected(facts, toLocale(proof.locale)),
    },
    context,
  );
};
