/** What Khaya stores of a person, who sees it, and what they can ask for. */
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";
import { Section, WhomToAsk } from "./Sections";

export default function Privacy() {
  return (
    <Page title={t("pages.privacy.title")} back="/help">
      <Section
        id="what"
        title="pages.privacy.what"
        texts={[
          "pages.privacy.what_1",
          "pages.privacy.what_2",
          "pages.privacy.what_3",
          "pages.privacy.what_4",
          "pages.privacy.what_5",
        ]}
      />
      <Section
        id="see"
        title="pages.privacy.see"
        texts={[
          "pages.privacy.see_1",
          "pages.privacy.see_2",
          "pages.privacy.see_3",
          "pages.privacy.see_4",
          "pages.privacy.see_5",
          "pages.privacy.see_6",
        ]}
      />
      <Section
        id="long"
        title="pages.privacy.long"
        original
        texts={["pages.privacy.long_1", "pages.privacy.long_2"]}
      />
      <Section
        id="rights"
        title="pages.privacy.rights"
        original
        texts={[
          "pages.privacy.rights_1",
          "pages.privacy.rights_2",
          "pages.privacy.rights_3",
          "pages.privacy.rights_4",
        ]}
      >
        <LinkButton kind="secondary" href="/me/settings">
          {t("pages.to_settings")}
        </LinkButton>
      </Section>
      <Section
        id="erase"
        title="pages.privacy.erase"
        original
        texts={[
          "pages.privacy.erase_1",
          "pages.privacy.erase_2",
          "pages.privacy.erase_3",
          "pages.privacy.erase_4",
          "pages.privacy.erase_5",
        ]}
      />
      <Section
        id="phone"
        title="pages.privacy.phone"
        texts={["pages.privacy.phone_1", "pages.privacy.phone_2"]}
      />
      <WhomToAsk />
    </Page>
  );
}
