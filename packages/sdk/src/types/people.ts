/** Where a person wants parcels. */
export interface Address {
  id: string;
  /** The person's own name for it, such as `home`. */
  label: string;
  /** Who takes the parcel. */
  recipient: string;
  phone: string;
  /** ISO 3166-1 code of two letters. */
  country: string;
  province: string;
  city: string;
  district: string;
  subdistrict: string;
  street: string;
  postal_code: string;
  /** Set on exactly one of a person's addresses: the one that orders go to unless they name another. */
  default_since: string | null;
  created_at: string;
  updated_at: string;
}

/** An address as an order keeps it. */
export type AddressSnapshot = Omit<Address, "id" | "label" | "default_since" | "created_at" | "updated_at">;
