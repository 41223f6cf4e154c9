/** Opens the payment provider's page in this tab, and only a page of a host that the API lists. */

import { api, ask, type Schemas } from "../../api/client";
import { readConfiguration } from "../../api/configuration";
import type { Escrow } from "../../api/deals";

export type Part = Schemas["CheckoutRequest"]["part"];

/** Returns the part that can be paid now; null where nothing is due. */
export function partDue(
  escrow: Pick<Escrow, "status" | "balanceCents" | "paidCents" | "buyerTotalCents">,
  dueNowCents: number,
): Part | null {
  if (escrow.status === "pending") return escrow.balanceCents === 0 ? "all" : "deposit";
  const open = escrow.paidCents < escrow.buyerTotalCents && dueNowCents > 0;
  return open && ["deposit_paid", "disputed"].includes(escrow.status) ? "balance" : null;
}

/** Whether the browser may be sent to an address: https, except where the app itself runs without it. */
export function isListed(address: string, hosts: string[]): boolean {
  let url: URL;
  try {
    url = new URL(address); // URL.parse is missing in browsers before 2024
  } catch {
    return false; // no address at all
  }
  if (!hosts.includes(url.host)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && location.protocol === "http:");
}

/** Asks for a link, and sends the browser there. Returns false, and stays, where the host is not listed. */
export async function openCheckout(jobId: string, part: Part, key: string): Promise<boolean> {
  const [config, checkout] = await Promise.all([
    readConfiguration(),
    ask(
      api.POST("/jobs/{jobId}/escrow/checkouts", {
        params: { path: { jobId }, header: { "Idempotency-Key": key } },
        body: { part },
      }),
    ),
  ]);
  if (!isListed(checkout.checkoutUrl, config.provider.hosts)) return false;
  location.assign(checkout.checkoutUrl);
  return true;
}
