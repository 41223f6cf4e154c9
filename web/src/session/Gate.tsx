/** Shows a screen only to those who may use it; to others what they can do about it. The API decides in the end. */
import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../api/action";
import { FailureNote } from "../forms/FailureNote";
import { Button, LinkButton } from "../ui/Button";
import { Page } from "../ui/Page";
import { t } from "../words/words";

import { has, type Role, signedIn } from "./person";
import { takeRole } from "./roles";

export type Who = "anybody" | "signedIn" | Role;

export function Gate({ who, children }: { who: Who; children: ComponentChildren }) {
  const { url } = useLocation();
  if (who === "anybody") return children;
  if (!signedIn.value)
    return (
      <Page title={t("gate.sign_in_first")}>
        <p>{t("gate.sign_in_why")}</p>
        <LinkButton href={`/sign-in?then=${encodeURIComponent(url)}`}>{t("sign_in")}</LinkButton>
      </Page>
    );
  if (who !== "signedIn" && !has(who)) return <MissingRole role={who} />;
  return children;
}

/** Takes up a role with one tap; only an admin makes an admin. */
function MissingRole({ role }: { role: Role }) {
  const take = useAction(() => takeRole(role));
  if (role === "admin")
    return (
      <Page title={t("gate.admins_only")}>
        <p>{t("gate.admins_only_why")}</p>
        <LinkButton href="/">{t("to_start")}</LinkButton>
      </Page>
    );
  return (
    <Page title={t(`gate.role_${role}`)}>
      <p>{t(`gate.role_${role}_why`)}</p>
      <FailureNote failure={take.failure.value} />
      <Button busy={take.busy.value} onClick={() => void take.run()}>
        {t(`gate.take_${role}`)}
      </Button>
    </Page>
  );
}
