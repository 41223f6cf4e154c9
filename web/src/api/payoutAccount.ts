/** A person's bank account for payouts. It is read where it is shown, and saved nowhere. */
import { api, ask, type Schemas } from "./client";
import { Refusal } from "./problems";

/** Returns the account; null where the person gave none yet. */
export async function readPayoutAccount(): Promise<Schemas["PayoutAccountView"] | null> {
  try {
    return await ask(api.GET("/payouts/account"));
  } catch (cause) {
    if (cause instanceof Refusal && cause.status === 404) return null;
    throw cause;
  }
}
