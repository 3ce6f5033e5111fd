import type { CallOptions, ChangeOptions, Http } from "./http.ts";
import { randomId } from "./random-id.ts";

/** A query of PostgREST: parameter to value; undefined ones are left out. */
export type Query = Record<string, string | undefined>;

/** The ways to ask the backend, as the resources use them. */
export class Api {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Reads rows of a table or view. */
  rows<T>(relation: string, query: Query, options?: CallOptions): Promise<T[]> {
    return this.#http.send(
      { method: "GET", path: `/rest/v1/${relation}`, query: present(query), repeatable: true },
      options,
    );
  }

  /** Calls a STABLE function: a question, sent with GET. */
  ask<T>(name: string, args: Query = {}, options?: CallOptions): Promise<T> {
    return this.#http.send(
      { method: "GET", path: `/rest/v1/rpc/${name}`, query: present(args), repeatable: true },
      options,
    );
  }

  /** Calls a STABLE function whose rows are wanted as a sheet, CSV with a head line. */
  askForSheet(name: string, args: Query = {}, options?: CallOptions): Promise<string> {
    const headers = { accept: "text/csv" };
    const path = `/rest/v1/rpc/${name}`;
    return this.#http.send(
      { method: "GET", path, query: present(args), headers, text: true, repeatable: true },
      options,
    );
  }

  /** Calls a STABLE function with POST: a question whose words belong in no log of addresses, or that are too many for one. */
  askInBody<T>(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<T> {
    return this.#http.send({ method: "POST", path: `/rest/v1/rpc/${name}`, body: args, repeatable: true }, options);
  }

  /** Calls a function that changes something, with an idempotency key among its arguments. */
  perform<T>(verb: string, args: Record<string, unknown>, options: ChangeOptions = {}): Promise<T> {
    const body = { ...args, idempotency_key: options.idempotencyKey ?? randomId() };
    return this.#http.send({ method: "POST", path: `/rest/v1/rpc/${verb}`, body, repeatable: true }, options);
  }

  /** Sets columns of the rows that match to given values; repeating that changes nothing more. Returns the rows. */
  update<T>(relation: string, match: Query, values: Record<string, unknown>, options?: CallOptions): Promise<T[]> {
    return this.#http.send(
      {
        method: "PATCH",
        path: `/rest/v1/${relation}`,
        query: present(match),
        headers: { prefer: "return=representation" },
        body: values,
        repeatable: true,
      },
      options,
    );
  }

  /** Removes the rows that match and returns them; repeating that removes nothing more. */
  remove<T>(relation: string, match: Query, options?: CallOptions): Promise<T[]> {
    const headers = { prefer: "return=representation" };
    const path = `/rest/v1/${relation}`;
    return this.#http.send({ method: "DELETE", path, query: present(match), headers, repeatable: true }, options);
  }

  /** Sends bytes to a path that an upload was signed for, which takes them once. */
  put(path: string, bytes: Blob | Uint8Array<ArrayBuffer>, type: string, options?: CallOptions): Promise<unknown> {
    return this.#http.send(
      { method: "PUT", path, bytes, headers: { "content-type": type }, repeatable: false },
      options,
    );
  }

  /** Calls an edge function that changes something, with an idempotency key among its headers. */
  invoke<T>(name: string, body: Record<string, unknown>, options: ChangeOptions = {}): Promise<T> {
    const headers = { "idempotency-key": options.idempotencyKey ?? randomId() };
    return this.#http.send({ method: "POST", path: `/functions/v1/${name}`, headers, body, repeatable: true }, options);
  }
}

/**
 * The options of the second step of one call. A key that was given leads to one for that step, so that the whole call can be repeated; one
 * too long for that is left out, since finishing twice changes nothing.
 */
export function secondStep({ idempotencyKey, ...rest }: ChangeOptions = {}): ChangeOptions {
  if (idempotencyKey === undefined || idempotencyKey.length > 248) return rest;
  return { ...rest, idempotencyKey: `${idempotencyKey} finish` };
}

function present(query: Query): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, value);
  return params;
}
