/** Rewards for invitations that wait for an admin: above the month's limit, and bonuses. */
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/query";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { moment, money } from "../../words/format";
import { t } from "../../words/words";
import { Decision } from "./Decision";
import { PersonLink } from "./PersonLink";
import { Queue } from "./Queue";

type Reward = Schemas["WaitingRewardView"];

export default function Referrals() {
  const pages = usePages<Reward>("admin/referrals", (cursor) =>
    ask(api.GET("/referrals/waiting", { params: { query: cursor ? { cursor } : {} } })),
  );
  return (
    <Page title={t("admin.queue_referrals")} back="/admin">
      <p>{t("admin.about_referrals")}</p>
      <Queue pages={pages}>
        {(reward) => (
          <>
            <h2 class="amount">{money(reward.amountCents)}</h2>
            <RewardFacts reward={reward} />
            <Decision
              name={reward.id}
              about={reward.referrerName}
              shortest={3}
              parties={[reward.referrerId, reward.referredId]}
              choices={[
                { value: "pay", label: t("admin.pay"), effect: payEffect(reward) },
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

function RewardFacts({ reward }: { reward: Reward }) {
  return (
    <Facts
      facts={[
        [t("admin.inviter"), <PersonLink id={reward.referrerId} name={reward.referrerName} />],
        ...(reward.referredId
          ? ([
              [t("admin.invited"), <PersonLink id={reward.referredId} name={reward.referredName} />],
            ] as Parameters<typeof Facts>[0]["facts"])
          : []),
        [
          t("admin.reward_for"),
          reward.kind === "bonus" && reward.rewardedCount !== null
            ? t("admin.bonus_for", { count: reward.rewardedCount })
            : t("admin.over_limit"),
        ],
        [t("admin.since"), moment(reward.createdAt)],
      ]}
    />
  );
}

/** Returns who gets how much: of an invitation both sides, of a bonus only who invited. */
function payEffect({ amountCents, referrerName, referredName }: Reward): string {
  const values = { who: referrerName, amount: money(amountCents) };
  return referredName
    ? t("admin.pay_both_effect", { ...values, other: referredName })
    : t("admin.pay_effect", values);
}
