/** The top of each page: the name, help, unsent items, and, on a shared phone, the way out. */
import { t } from "../words/words";
import { Icon } from "./Icon";

export function Header({ signOut, unsent }: { signOut: boolean; unsent: number }) {
  return (
    <header class="top">
      <a class="skip" href="#main">
        {t("skip_to_content")}
      </a>
      <a class="brand" href="/">
        Khaya
      </a>
      {unsent > 0 && (
        <a href="/outbox" class="unsent">
          <Icon name="clock" />
          {t("outbox.unsent", { n: unsent })}
        </a>
      )}
      {signOut && <a href="/me/settings#sign-out">{t("sign_out")}</a>}
      <a href="/help" class="help">
        <Icon name="help" />
        {t("help")}
      </a>
    </header>
  );
}
