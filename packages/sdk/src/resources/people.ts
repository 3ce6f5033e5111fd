import type { AskPerson } from "../access-token.ts";
import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import { onlyRow } from "../only-row.ts";
import type { Profile } from "../types.ts";
import { Addresses } from "./addresses.ts";

/** People: the caller's own profile and addresses. */
export class People {
  /** The caller's addresses: list, add, change, remove. */
  readonly addresses: Addresses;
  readonly #api: Api;
  readonly #person: AskPerson;

  constructor(api: Api, person: AskPerson) {
    this.#api = api;
    this.#person = person;
    this.addresses = new Addresses(api, person);
  }

  /** The caller's profile. Errors: `sign_in_required`, `not_found`. */
  async me(options?: CallOptions): Promise<Profile> {
    const id = await this.#person();
    return own(await this.#api.rows<Profile>("profiles", { select: "*", id: `eq.${id}` }, options));
  }

  /** Sets the given fields of the caller's profile and answers the whole profile. Errors: `sign_in_required`, `invalid_input`. */
  async update(params: UpdateProfileParams, options?: CallOptions): Promise<Profile> {
    const id = await this.#person();
    return own(await this.#api.update<Profile>("profiles", { id: `eq.${id}` }, { ...params }, options));
  }
}

/** What {@link People.update} takes; fields that are left out stay. */
export interface UpdateProfileParams {
  first_name?: string;
  last_name?: string;
  phone?: string | null;
  /** Language of mails: `id` or `en`. */
  locale?: string;
}

const own = (rows: Profile[]) =>
  onlyRow(rows, "There is no profile for this account.", "The account may have been closed: sign in again.");
