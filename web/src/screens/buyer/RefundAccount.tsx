/** The bank account into which money goes back that the card cannot take. It is the buyer's own, and kept nowhere here. */
import { useSignal } from "@preact/signals";
import { api, ask } from "../../api/client";
import { forgetDeal, useEscrow } from "../../api/deals";
import { BankAccountForm } from "../../forms/BankAccountForm";
import { Loaded } from "../../forms/Loaded";
import { LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { money } from "../../words/format";
import { t } from "../../words/words";

export default function RefundAccount({ id }: { id: string }) {
  const escrow = useEscrow(id);
  const given = useSignal(false);
  return (
    <Page title={t("buyer.refund_title")} back={`/deals/${id}`}>
      {given.value ? (
        <>
          <Note kind="done" title={t("buyer.refund_given")}>
            <p>{t("buyer.refund_next")}</p>
          </Note>
          <LinkButton href={`/deals/${id}`}>{t("buyer.to_job")}</LinkButton>
        </>
      ) : (
        <Loaded query={escrow}>
          {(found) =>
            found.refundStatus === "needs_account" ? (
              <BankAccountForm
                title={t("buyer.refund_account", { amount: money(found.refundedCents) })}
                why={t("buyer.refund_why")}
                send={(body) =>
                  ask(
                    api.PUT("/jobs/{jobId}/escrow/refund-account", { params: { path: { jobId: id } }, body }),
                  )
                }
                onGiven={() => {
                  forgetDeal(id);
                  given.value = true;
                }}
              />
            ) : (
              <Note kind="info">{t("buyer.refund_not_needed")}</Note>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
