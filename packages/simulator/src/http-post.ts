import http from "node:http";
import https from "node:https";

/** What became of a POST: a status, or the reason why there is none. */
export interface PostResult {
  status: number | null;
  error: string | null;
}

/** Keeps connections to the shop open between deliveries. */
export class HttpPoster {
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure = new https.Agent({ keepAlive: true });
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Sends JSON and waits for the answer's status; its body is not read. Never rejects. */
  post(url: string, body: string, headers: Record<string, string>): Promise<PostResult> {
    const secure = url.startsWith("https:");
    const agent = secure ? this.#secure : this.#plain;
    return new Promise((resolve) => {
      const request = (secure ? https : http).request(
        url,
        {
          method: "POST",
          agent,
          timeout: this.#timeoutMs,
          headers: {
            "content-type": "application/json; charset=utf-8",
            "content-length": Buffer.byteLength(body),
            ...headers,
          },
        },
        (response) => {
          response.on("error", () => {});
          response.resume();
          resolve({ status: response.statusCode ?? null, error: null });
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)));
      request.on("error", (error) => resolve({ status: null, error: error.message || String(error) }));
      request.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}
