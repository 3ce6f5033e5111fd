import type { Address } from "../../packages/sdk/src/index.ts";
import { as } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";

/** An address as people write it. */
export const bandung = {
  recipient: "Sari Wijaya",
  phone: "+62 812 3456 7890",
  street: "Jl. Dago 12",
  city: "Bandung",
  province: "Jawa Barat",
  postal_code: "40135",
  district: "Coblong",
  subdistrict: "Dago",
};

/** Keeps an address of this person: {@link bandung} with the given arguments of `add_address` changed. */
export function addAddress(sql: Sql, person: string, more: Record<string, unknown> = {}): Promise<Address> {
  return as(sql, person, async (tx) => {
    const given: Record<string, unknown> = { ...bandung, ...more };
    const names = Object.keys(given).map((name, index) => `${name} => $${index + 1}`);
    const [row] = await tx.unsafe(
      `select public.add_address(${names.join(", ")}) as address`,
      Object.values(given) as string[],
    );
    return row?.address;
  });
}
