import { randomUUID } from "node:crypto";
import type { Sql } from "../support/database.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import type { ProviderEvent } from "./provider-events.ts";

/** A person as the provider knows them. */
export async function customerAtProvider(sql: Sql, personId: string, id = `cus_${randomUUID()}`): Promise<string> {
  await actingAs(sql, personId, (tx) => tx`select public.start_saving_method()`);
  await actingAs(sql, "service", (tx) => tx`select public.provider_customer(${personId}, ${id})`);
  return id;
}

/** payment_method.attached, or what else is told of a kept card. */
export function methodEvent(type: string, id: string, customer: string | null, before?: string): ProviderEvent {
  const card = { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2034 };
  const object = { id, object: "payment_method", type: "card", card, customer };
  const data = { object, ...(before ? { previous_attributes: { customer: before } } : {}) };
  return { id: `evt_${randomUUID()}`, type, created: 1_800_000_000, data };
}

/** Keeps a card for a person; gives our id of it. */
export async function keepCard(sql: Sql, personId: string, id = `pm_${randomUUID()}`): Promise<string> {
  const customer = await customerAtProvider(sql, personId);
  const [known] = await sql`select provider_customer_id from private.provider_customers where person_id = ${personId}`;
  await deliver(sql, methodEvent("payment_method.attached", id, known?.provider_customer_id ?? customer));
  const [row] = await sql`select payment_method_id from private.provider_methods where provider_method_id = ${id}`;
  return row?.payment_method_id;
}

/** The provider says that a card is gone: the bank withdrew it, or its owner took it away there. */
export async function loseCard(sql: Sql, methodId: string): Promise<void> {
  const [at] = await sql`select provider_method_id, provider_customer_id
    from public.payment_methods join private.provider_methods on payment_method_id = payment_methods.id join private.provider_customers using (person_id)
    where payment_methods.id = ${methodId}`;
  await deliver(sql, methodEvent("payment_method.detached", at?.provider_method_id, null, at?.provider_customer_id));
}
