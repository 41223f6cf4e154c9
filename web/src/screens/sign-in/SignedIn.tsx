/** Takes over a session whose cookie was set outside the app, then opens the app. */

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { FailureNote } from "../../forms/FailureNote";
import { entered } from "../../session/enter";
import { pathInApp } from "../../session/requestCode";
import { adoptCookie } from "../../session/tokens";
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";

export default function SignedIn() {
  const { query, route } = useLocation();
  const adopt = useAction(async () => {
    const found = await adoptCookie();
    if (found) await entered();
    route(found ? pathInApp(query.then) : "/sign-in", true);
  });
  useEffect(() => {
    void adopt.run();
  }, []);
  return (
    <Page title={t("sign_in")}>
      <FailureNote failure={adopt.failure.value} />
      {adopt.failure.value ? <LinkButton href="/sign-in">{t("sign_in")}</LinkButton> : <Skeleton rows={1} />}
    </Page>
  );
}
