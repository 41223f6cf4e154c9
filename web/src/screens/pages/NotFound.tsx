/** The page of an address that leads nowhere. */
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

export default function NotFound() {
  return (
    <Page title={t("pages.not_found.title")}>
      <p>{t("pages.not_found.why")}</p>
      <LinkButton href="/">{t("to_start")}</LinkButton>
      <LinkButton kind="secondary" href="/jobs">
        {t("pages.not_found.jobs")}
      </LinkButton>
    </Page>
  );
}
