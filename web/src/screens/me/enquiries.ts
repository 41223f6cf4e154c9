/** The calls about enquiries. */
import { api, ask, type Schemas } from "../../api/client";
import type { Page } from "../../api/query";

export type Side = "buyer" | "seller";

/** What a buyer asked a seller about a listing. Both see the same. */
export type Enquiry = Schemas["EnquiryView"];

export const ANSWER_MOST = 500;

/** Returns a page of the person's enquiries on one side. */
export function enquiriesOf(side: Side, cursor?: string): Promise<Page<Enquiry>> {
  return ask(api.GET("/enquiries/mine", { params: { query: { as: side, ...(cursor && { cursor }) } } }));
}

/** Closes an enquiry without an answer. */
export function closeEnquiry(id: string, key: string): Promise<Enquiry> {
  return ask(
    api.POST("/enquiries/{id}/closing", { params: { path: { id }, header: { "Idempotency-Key": key } } }),
  );
}
