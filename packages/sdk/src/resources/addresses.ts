import type { AskPerson } from "../access-token.ts";
import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Address } from "../types/people.ts";

const columns =
  "id,label,recipient,phone,country,province,city,district,subdistrict,street,postal_code,default_since,created_at,updated_at";

/** The caller's addresses. */
export class Addresses {
  readonly #api: Api;
  readonly #person: AskPerson;

  constructor(api: Api, person: AskPerson) {
    this.#api = api;
    this.#person = person;
  }

  /** All of the caller's addresses, the default first. Errors: `sign_in_required`. */
  async list(options?: CallOptions): Promise<Address[]> {
    const mine = { profile_id: `eq.${await this.#person()}` };
    const order = "default_since.desc.nullslast,created_at.asc,id.asc";
    return this.#api.rows("addresses", { select: columns, ...mine, order }, options);
  }

  /** Keeps an address; the first one is the default. Errors: `invalid_address`, `too_many_addresses`. */
  add(params: AddAddressParams, options?: ChangeOptions): Promise<Address> {
    return this.#api.perform("add_address", { ...params }, options);
  }

  /** Sets the given fields, or makes it the default. Errors: `address_not_found`, `invalid_address`. */
  change(params: ChangeAddressParams, options?: ChangeOptions): Promise<Address> {
    return this.#api.perform("change_address", { ...params }, options);
  }

  /** Removes an address and answers those that are left. Orders keep their copy. Errors: `address_not_found`. */
  remove(address_id: string, options?: ChangeOptions): Promise<Address[]> {
    return this.#api.perform("remove_address", { address_id }, options);
  }
}

/** What {@link Addresses.add} takes. */
export interface AddAddressParams {
  recipient: string;
  phone: string;
  street: string;
  city: string;
  province: string;
  /** Five digits in Indonesia. */
  postal_code: string;
  district?: string;
  subdistrict?: string;
  /** ISO 3166-1 code of two letters. Default `ID`. */
  country?: string;
  label?: string;
  /** Makes it the default in place of the one before. */
  make_default?: boolean;
}

/** What {@link Addresses.change} takes; fields that are left out stay. */
export interface ChangeAddressParams extends Partial<AddAddressParams> {
  address_id: string;
}
