/** The calls about enquiries. */
import { send } from "../../api/client";
import type { Page } from "../../api/query";

export type Side = "buyer" | "seller";

/** What a buyer asked a seller about a listing. Both see the same. */
export interface Enquiry {
  id: string;
  listingId: string;
  listingTitle: string;
  sellerId: string;
  sellerName: string;
  buyerId: string;
  buyerName: string;
  /** The buyer's name and phone. */
  contact: { displayName: string; phone: string | null };
  text: string;
  quantity: number | null;
  status: "open" | "answered" | "closed";
  answer: { text: string; at: string } | null;
  closedAt: string | null;
  createdAt: string;
}

export const ANSWER_MOST = 500;

/** Returns a page of the person's enquiries on one side. */
export async function enquiriesOf(side: Side, cursor?: string): Promise<Page<Enquiry>> {
  const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
  return (await send("GET", `/enquiries/mine?as=${side}${more}`, undefined, {})) as Page<Enquiry>;
}

/** Closes an enquiry without an answer. */
export async function closeEnquiry(id: string, key: string): Promise<Enquiry> {
  const path = `/enquiries/${encodeURIComponent(id)}/closing`;
  return (await send("POST", path, undefined, { "Idempotency-Key": key })) as Enquiry;
}
