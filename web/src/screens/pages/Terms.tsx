/** The rules of the marketplace, in plain words. */
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { Section, WhomToAsk } from "./Sections";

export default function Terms() {
  return (
    <Page title={t("pages.terms.title")} back="/help">
      <Section
        id="who"
        title="pages.terms.who"
        original
        texts={["pages.terms.who_1", "pages.terms.who_2", "pages.terms.who_3"]}
      />
      <Section
        id="account"
        title="pages.terms.account"
        original
        texts={["pages.terms.account_1", "pages.terms.account_2"]}
      />
      <Section
        id="money"
        title="pages.terms.money"
        original
        texts={[
          "pages.terms.money_1",
          "pages.terms.money_2",
          "pages.terms.money_3",
          "pages.terms.money_4",
          "pages.terms.money_5",
          "pages.terms.money_6",
        ]}
      >
        <p>
          <a class="tap" href="/help#amounts">
            {t("pages.help.amounts")}
          </a>
        </p>
      </Section>
      <Section
        id="problem"
        title="pages.terms.problem"
        original
        texts={[
          "pages.terms.problem_1",
          "pages.terms.problem_2",
          "pages.terms.problem_3",
          "pages.terms.problem_4",
        ]}
      />
      <Section
        id="not"
        title="pages.terms.not"
        original
        texts={["pages.terms.not_1", "pages.terms.not_2", "pages.terms.not_3"]}
      />
      <Section
        id="stop"
        title="pages.terms.stop"
        original
        texts={["pages.terms.stop_1", "pages.terms.stop_2"]}
      />
      <Section id="end" title="pages.terms.end" original texts={["pages.terms.end_1", "pages.terms.end_2"]} />
      <WhomToAsk />
    </Page>
  );
}
