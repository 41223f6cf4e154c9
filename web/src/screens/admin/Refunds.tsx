/** Refunds that need an admin: those that the provider could not send, and those whose buyer named no bank account. */
import { api, ask, type Schemas } from "../../api/client";
import { type Page as PageOf, usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, moneyIn } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { JobLink } from "./JobLink";
import { onlyThose } from "./onlyThose";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Refund = Schemas["RefundForAdminView"];

const STATUSES = ["needs_admin", "needs_account"] as const;

export default function Refunds() {
  const pages = usePages<Refund>(
    "admin/refunds",
    onlyThose(readStates, (one) => one.waitsForAdmin),
  );
  return (
    <Page title={t("admin.queue_refunds")} back="/admin">
      <p>{t("admin.about_refunds")}</p>
      <Queue pages={pages}>
        {(refund) => {
          const amount = moneyIn(leftCents(refund), refund.currency);
          return (
            <>
              <h2 class="amount">{moneyIn(refund.amountCents, refund.currency)}</h2>
              <RefundFacts refund={refund} />
              <Decision
                name={refund.id}
                about={amount}
                shortest={10}
                parties={[refund.buyerId]}
                cents={leftCents(refund)}
                proposal={refund.proposal}
                choices={(["again", "given_back", "given_back_from_bank"] as const)
                  .filter((value) => value !== "again" || refund.status === "needs_admin")
                  .map((value) => ({
                    value,
                    label: t(`admin.refund_${value}`),
                    effect: t(`admin.refund_${value}_effect`, { amount }),
                    danger: value !== "again",
                  }))}
                decide={(key, decision, reason) =>
                  ask(
                    api.POST("/admin/payments/refunds/{refundId}/decision", {
                      params: { path: { refundId: refund.id }, header: { "Idempotency-Key": key } },
                      body: { decision: decision as "again" | "given_back" | "given_back_from_bank", reason },
                    }),
                  )
                }
                onDone={() => void pages.reload()}
              />
            </>
          );
        }}
      </Queue>
    </Page>
  );
}

function RefundFacts({ refund }: { refund: Refund }) {
  const left = leftCents(refund);
  return (
    <Facts
      facts={[
        [t("admin.buyer"), refund.buyerId ? <PersonLink id={refund.buyerId} /> : t("admin.nobody_known")],
        [t("admin.job"), <JobLink id={refund.jobId} title={refund.jobTitle} />],
        [t("admin.waits_for"), reasonOf(refund)],
        [t("admin.since"), moment(refund.createdAt)],
        ...(left < refund.amountCents
          ? ([[t("admin.left_of_refund"), moneyIn(left, refund.currency)]] as [string, string][])
          : []),
        [t("admin.at_provider"), refund.parts.map((part) => part.collection).join(", ") || "–"],
        ...(refund.decisionReason
          ? ([[t("admin.earlier_decision"), refund.decisionReason]] as [string, string][])
          : []),
      ]}
    />
  );
}

function reasonOf(refund: Refund): string {
  if (refund.status === "needs_account") return t("admin.refund_waits_for_account");
  return refund.reason ? t(`admin.refund_reason_${refund.reason}`) : "–";
}

/** Returns what was not given back yet. */
function leftCents(refund: Refund): number {
  const paid = refund.parts.filter((part) => part.state === "paid");
  return refund.amountCents - paid.reduce((sum, part) => sum + part.cents, 0);
}

/**
 * Reads a page of what may wait for an admin. The API lists one state at a time, so one follows upon the other.
 *
 * @param cursor the state that is read, and the API's own cursor in its list.
 */
async function readStates(cursor = `${STATUSES[0]} `): Promise<PageOf<Refund>> {
  const [status, after] = cursor.split(" ") as [(typeof STATUSES)[number], string];
  const page = await ask(
    api.GET("/admin/payments/refunds", {
      params: { query: { status, ...(after ? { cursor: after } : {}) } },
    }),
  );
  if (page.nextCursor) return { ...page, nextCursor: `${status} ${page.nextCursor}` };
  const following = STATUSES[STATUSES.indexOf(status) + 1];
  if (!following) return page;
  const rest = await readStates(`${following} `);
  return { ...rest, items: [...page.items, ...rest.items] };
}
