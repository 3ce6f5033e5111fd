/** One tax of a line, a quote or an invoice. */
export interface Tax {
  name: string;
  /** 1100 is 11 % of the net price. */
  basis_points: number;
  /** Contained in the price; otherwise it comes on top. */
  inclusive: boolean;
  amount: number;
}
