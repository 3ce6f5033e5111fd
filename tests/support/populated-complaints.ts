import type { Pool } from "./database.ts";

/** A complaint of each of these customers about an order they paid, with a picture, a message of theirs, an answer, and a note among staff. */
export async function populateComplaints(sql: Pool, customers: string[]): Promise<void> {
  for (const customer of customers) {
    const [complaint] = await sql`
      insert into public.complaints (order_id, customer_id, type, description)
      select id, ${customer}, 'other', 'It is not what I thought.' from public.orders where customer_id = ${customer} and status = 'paid' order by placed_at, number limit 1
      returning id, order_id`;
    await sql`insert into private.complaint_lines (complaint_id, order_id) values (${complaint?.id}, ${complaint?.order_id})`;
    await sql`insert into public.complaint_messages (complaint_id, author_kind, body, visible_to_customer) values
      (${complaint?.id}, 'customer', 'Hello?', true), (${complaint?.id}, 'system', 'Hello.', true), (${complaint?.id}, 'system', 'Among ourselves.', false)`;
    await sql`insert into public.complaint_evidence (complaint_id, mime_type, byte_size, sha256, submitted_at)
      values (${complaint?.id}, 'image/png', 70, ${"a".repeat(64)}, now())`;
  }
}
