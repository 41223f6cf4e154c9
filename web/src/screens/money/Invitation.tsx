/** A person's own invitation: code, link, QR code, and what became of those who joined with it. */
import { useSignal } from "@preact/signals";
import { api, ask, type Schemas } from "../../api/client";
import { useConfiguration } from "../../api/deals";
import { usePages, useQuery } from "../../api/query";
import { ShareButton, shareLink } from "../../cards/ShareButton";
import { Loaded } from "../../forms/Loaded";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import type { IconName } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ShowMore } from "../../ui/ShowMore";
import { day, money } from "../../words/format";
import { t } from "../../words/words";
import { QrCode } from "./QrCode";

type Referral = Schemas["ReferralView"];

const LOOKS: Record<Referral["status"], { icon: IconName; tone: "good" | "wait" | "bad" | "plain" }> = {
  pending: { icon: "clock", tone: "plain" },
  completed: { icon: "clock", tone: "wait" },
  rewarded: { icon: "done", tone: "good" },
  reversed: { icon: "warning", tone: "bad" },
};

export default function Invitation() {
  const configuration = useConfiguration();
  const own = useQuery("referrals/code", () => ask(api.GET("/referrals/code")), "private");
  const referrals = usePages(
    "referrals/mine",
    (cursor) => ask(api.GET("/referrals/mine", { params: { query: cursor ? { cursor } : {} } })),
    "private",
  );
  return (
    <Page title={t("money.invite_title")} back="/me/credits">
      <Loaded query={configuration}>
        {({ rewards }) => (
          <p>
            {t("money.invite_why", {
              jobs: money(rewards.referralJobsCents),
              reward: money(rewards.referralCents),
            })}
          </p>
        )}
      </Loaded>
      <Loaded query={own}>{({ code }) => <OwnCode code={code} />}</Loaded>
      <h2>{t("money.invited")}</h2>
      <Loaded query={referrals} empty={<Empty text={t("money.invited_none")} />}>
        {(items) => (
          <ul class="list">
            {items.map((one) => (
              <li key={one.id} class="card">
                <p class="row">
                  <strong class="grow">{one.referredName}</strong>
                  <Badge {...LOOKS[one.status]}>
                    {t(`money.invited_${one.status}`, { amount: money(one.rewardCents ?? 0) })}
                  </Badge>
                </p>
                <p class="small soft">{t("money.joined", { day: day(one.createdAt) })}</p>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <ShowMore
        more={referrals.hasMore.value}
        busy={referrals.loading.value}
        onMore={() => void referrals.more()}
      />
      <LinkButton kind="plain" href="/leaderboard">
        {t("money.leaderboard")}
      </LinkButton>
    </Page>
  );
}

function OwnCode({ code }: { code: string }) {
  const copied = useSignal(false);
  const qr = useSignal(false);
  const link = shareLink("invite", code);
  return (
    <>
      <p>
        {t("money.code")} <strong class="amount large">{code}</strong>
      </p>
      <p>
        <a class="tap" href={link}>
          {link}
        </a>
      </p>
      <ShareButton kind="invite" id={code} text={t("money.invite_text")} />
      {navigator.clipboard && (
        <Button
          kind="secondary"
          onClick={() => {
            void navigator.clipboard.writeText(link).then(() => {
              copied.value = true;
            });
          }}
        >
          {t("money.copy_link")}
        </Button>
      )}
      {copied.value && <p role="status">{t("money.copied")}</p>}
      {qr.value ? (
        <QrCode text={link} alt={t("money.qr_alt", { code })} />
      ) : (
        <Button
          kind="secondary"
          onClick={() => {
            qr.value = true;
          }}
        >
          {t("money.show_qr")}
        </Button>
      )}
    </>
  );
}
