/** Rewards for invitations that wait for an admin: above the month's limit, and bonuses. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { Queue } from "./Queue";

type Reward = Schemas["WaitingRewardView"];

export default function Referrals() {
  const pages = usePages<Reward>("admin/referrals", (cursor) =>
    ask(api.GET("/referrals/waiting", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_referrals")} back="/admin">
      <Queue pages={pages}>
        {(reward) => (
          <>
            <h2 class="amount">{money(reward.amountCents)}</h2>
            <p>
              <a class="tap" href={`/admin/people/${reward.referrerId}`}>
                {reward.referrerName}
              </a>
              {reward.referredName && (
                <>
                  {" → "}
                  <a class="tap" href={`/admin/people/${reward.referredId}`}>
                    {reward.referredName}
                  </a>
                </>
              )}
            </p>
            <p>
              {reward.kind === "bonus" && reward.rewardedCount !== null
                ? t("admin.bonus_for", { count: reward.rewardedCount })
                : t("admin.over_limit")}
            </p>
            <p class="soft">{moment(reward.createdAt)}</p>
            <Decision
              name={reward.id}
              shortest={3}
              parties={[reward.referrerId, reward.referredId]}
              choices={[
                { value: "pay", label: t("admin.pay"), effect: t("admin.pay_effect") },
                {
                  value: "refuse",
                  label: t("admin.refuse"),
                  effect: t("admin.pay_refuse_effect"),
                  danger: true,
                },
              ]}
              decide={(key, decision, reason) =>
                ask(
                  api.POST("/referrals/{rewardId}/decision", {
                    params: { path: { rewardId: reward.id }, header: { "Idempotency-Key": key } },
                    body: { decision: decision as "pay" | "refuse", reason },
                  }),
                )
              }
              onDone={() => void pages.reload()}
            />
          </>
        )}
      </Queue>
    </Page>
  );
}
