/** How Khaya works. */
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { Amounts } from "./Amounts";
import { Section, WhomToAsk } from "./Sections";

export default function Help() {
  return (
    <Page title={t("pages.help.title")} back="/">
      <Section
        id="start"
        title="pages.help.start"
        texts={["pages.help.start_1", "pages.help.start_2", "pages.help.start_3"]}
      />
      <Section
        id="bids"
        title="pages.help.bids"
        texts={[
          "pages.help.bids_1",
          "pages.help.bids_2",
          "pages.help.bids_3",
          "pages.help.bids_4",
          "pages.help.bids_5",
        ]}
      />
      <Section
        id="pay"
        title="pages.help.pay"
        original
        texts={[
          "pages.help.pay_1",
          "pages.help.pay_2",
          "pages.help.pay_3",
          "pages.help.pay_4",
          "pages.help.pay_5",
          "pages.help.pay_6",
          "pages.help.pay_7",
          "pages.help.pay_8",
        ]}
      />
      <Section id="amounts" title="pages.help.amounts">
        <Amounts />
      </Section>
      <Section
        id="problem"
        title="pages.help.problem"
        original
        texts={[
          "pages.help.problem_1",
          "pages.help.problem_2",
          "pages.help.problem_3",
          "pages.help.problem_4",
          "pages.help.problem_5",
          "pages.help.problem_6",
        ]}
      />
      <Section
        id="payout"
        title="pages.help.payout"
        original
        texts={["pages.help.payout_1", "pages.help.payout_2", "pages.help.payout_3", "pages.help.payout_4"]}
      />
      <Section
        id="reviews"
        title="pages.help.reviews"
        texts={[
          "pages.help.reviews_1",
          "pages.help.reviews_2",
          "pages.help.reviews_3",
          "pages.help.reviews_4",
          "pages.help.reviews_5",
        ]}
      />
      <Section
        id="checked"
        title="pages.help.checked"
        texts={["pages.help.checked_1", "pages.help.checked_2", "pages.help.checked_3"]}
      />
      <Section
        id="safe"
        title="pages.help.safe"
        texts={[
          "pages.help.safe_1",
          "pages.help.safe_2",
          "pages.help.safe_3",
          "pages.help.safe_4",
          "pages.help.safe_5",
        ]}
      />
      <Section
        id="offline"
        title="pages.help.offline"
        texts={["pages.help.offline_1", "pages.help.offline_2", "pages.help.offline_3"]}
      />
      <WhomToAsk />
      <ul class="list">
        <li>
          <a class="button plain" href="/terms">
            {t("pages.terms.title")}
          </a>
        </li>
        <li>
          <a class="button plain" href="/privacy">
            {t("pages.privacy.title")}
          </a>
        </li>
        <li>
          <a class="button plain" href="/data-use">
            {t("pages.data.title")}
          </a>
        </li>
      </ul>
    </Page>
  );
}
