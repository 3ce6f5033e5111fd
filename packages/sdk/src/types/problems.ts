import type { ErrorCode } from "../error-codes.ts";

/** What would refuse an order, as data: the fields of the error that `orders.place` would throw. */
export interface Problem {
  code: ErrorCode;
  status: number;
  message: string;
  hint: string | null;
  /** More about this very refusal, such as the variant or the coupon's code. */
  details: string | null;
}
