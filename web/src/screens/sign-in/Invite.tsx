/** An invitation by somebody: its code is kept until the person signs in. */
import { useEffect } from "preact/hooks";
import { keepInvitation } from "../../session/invitation";
import { signedIn } from "../../session/person";
import { LinkButton } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

export default function Invite({ code }: { code: string }) {
  useEffect(() => {
    if (!signedIn.peek()) keepInvitation(code);
  }, [code]);
  return (
    <Page title={t("invite.title")}>
      <p>{t("invite.what")}</p>
      {signedIn.value ? (
        <>
          <p>{t("invite.signed_in")}</p>
          <LinkButton href="/me/invitation">{t("invite.own")}</LinkButton>
        </>
      ) : (
        <LinkButton href={`/sign-in?invitation=${encodeURIComponent(code)}`}>{t("invite.join")}</LinkButton>
      )}
    </Page>
  );
}
