import { personOf } from "../access-token.ts";
import type { Api } from "../api.ts";
import { SeatlineError } from "../errors.ts";
import type { CallOptions } from "../http.ts";
import type { Profile } from "../types.ts";

/** People: the caller's own profile. */
export class People {
  readonly #api: Api;
  readonly #accessToken: () => Promise<string | null>;

  constructor(api: Api, accessToken: () => Promise<string | null>) {
    this.#api = api;
    this.#accessToken = accessToken;
  }

  /** The caller's profile. Errors: `sign_in_required`, `not_found`. */
  async me(options?: CallOptions): Promise<Profile> {
    const id = await this.#ownId();
    return only(await this.#api.rows<Profile>("profiles", { select: "*", id: `eq.${id}` }, options));
  }

  /** Sets the given fields of the caller's profile and answers the whole profile. Errors: `sign_in_required`, `invalid_input`. */
  async update(params: UpdateProfileParams, options?: CallOptions): Promise<Profile> {
    const id = await this.#ownId();
    return only(await this.#api.update<Profile>("profiles", { id: `eq.${id}` }, { ...params }, options));
  }

  async #ownId(): Promise<string> {
    const token = await this.#accessToken();
    const id = token === null ? null : personOf(token);
    if (id !== null) return id;
    throw new SeatlineError({
      code: "sign_in_required",
      message: "Nobody is signed in.",
      status: 401,
      hint: "Call client.auth.signInWithPassword first.",
    });
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

/** An update that matches nothing answers an empty list, not an error: say so. */
function only<T>(rows: T[]): T {
  const row = rows[0];
  if (row !== undefined) return row;
  throw new SeatlineError({
    code: "not_found",
    message: "There is no profile for this account.",
    status: 404,
    hint: "The account may have been closed: sign in again.",
  });
}
