/** The admin's pages: one bundle, one address per queue. Nothing of them is kept on the device. */
import type { ComponentType } from "preact";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import Adjustments from "./Adjustments";
import Audit from "./Audit";
import Chargebacks from "./Chargebacks";
import Dashboard from "./Dashboard";
import Differences from "./Differences";
import Disputes from "./Disputes";
import Moderation from "./Moderation";
import Money from "./Money";
import Payouts from "./Payouts";
import People from "./People";
import Referrals from "./Referrals";
import Refunds from "./Refunds";
import Reports from "./Reports";
import StuckJobs from "./StuckJobs";
import Suspense from "./Suspense";
import Verifications from "./Verifications";

const PAGES: Record<string, ComponentType<{ id?: string }>> = {
  moderation: Moderation,
  verifications: Verifications,
  reports: Reports,
  people: People,
  audit: Audit,
  disputes: Disputes,
  "stuck-jobs": StuckJobs,
  payouts: Payouts,
  adjustments: Adjustments,
  referrals: Referrals,
  money: Money,
  refunds: Refunds,
  suspense: Suspense,
  chargebacks: Chargebacks,
  differences: Differences,
};

export default function Admin({ page, id }: { page?: string; id?: string }) {
  if (!page) return <Dashboard />;
  const Found = PAGES[page];
  if (Found) return <Found {...(id ? { id } : {})} />;
  return (
    <Page title={t("state.not_found")} back="/admin">
      <p>{t("state.not_found")}</p>
    </Page>
  );
}
