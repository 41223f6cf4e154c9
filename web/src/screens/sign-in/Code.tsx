/** The code: typed, pasted, or filled in by the phone; sent by itself at the sixth digit. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import { isWrongCode, Refusal } from "../../api/problems";
import { CodeField } from "../../forms/CodeField";
import { FailureNote } from "../../forms/FailureNote";
import { type Challenge, dropChallenge, openChallenge } from "../../session/challenge";
import { entered } from "../../session/enter";
import { person } from "../../session/person";
import { type Channel, pathInApp, requestCode } from "../../session/requestCode";
import { signIn } from "../../session/tokens";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { phone } from "../../words/format";
import { t } from "../../words/words";

export default function Code() {
  const { route } = useLocation();
  const open = useSignal<Challenge | null | undefined>(undefined);
  const sentAgain = useSignal<Channel | "again" | null>(null);
  useEffect(() => {
    void openChallenge().then((found) => {
      open.value = found;
    });
  }, []);

  const unanswered = useSignal("");
  const used = useSignal(false);
  const enter = useAction(async (_key, challenge: Challenge, code: string) => {
    const before = unanswered.peek();
    unanswered.value = code;
    used.value = false;
    const response = await signIn({ challenge: challenge.challenge, code }, challenge.invitation);
    const answer = await response.json().catch(() => null);
    unanswered.value = "";
    if (!response.ok) {
      const refusal = new Refusal(response, answer);
      used.value = isWrongCode(refusal) && code === before;
      throw refusal;
    }
    await dropChallenge();
    await entered();
    const then = pathInApp(challenge.then);
    const named = answer.isNew && !person.peek()?.displayName.trim();
    route(answer.isNew || named ? `/name?then=${encodeURIComponent(then)}` : then, true);
  });
  const again = useAction(async (_key, before: Challenge, channel?: Channel) => {
    open.value = await requestCode(before, channel);
    sentAgain.value = channel ?? "again";
    used.value = false;
    enter.failure.value = undefined; // it was about the code before
  });

  const challenge = open.value;
  if (challenge === undefined) return null;
  if (challenge === null)
    return (
      <Page title={t("sign_in.code_old")}>
        <p>{t("sign_in.code_old_why")}</p>
        <LinkButton href="/sign-in">{t("sign_in.again")}</LinkButton>
      </Page>
    );
  const signInPath = pathOfSignIn(challenge);
  const byPhone = !challenge.contact.includes("@");
  return (
    <Page title={t("sign_in.code_title")} back={signInPath}>
      <p>{t("code.sent_to", { contact: phone(challenge.contact) })}</p>
      {sentAgain.value && (
        <Note kind="done">
          {t(byPhone && sentAgain.value === "email" ? "sign_in.sent_by_email" : "sign_in.sent_again")}
        </Note>
      )}
      {used.value ? (
        <Note kind="error">{t("code.used")}</Note>
      ) : (
        <FailureNote failure={enter.failure.value ?? again.failure.value} />
      )}
      <CodeField
        busy={enter.busy.value}
        failure={enter.failure.value}
        onCode={(code) => void enter.run(challenge, code)}
      />
      {enter.busy.value && <p role="status">{t("busy")}</p>}
      <details open={isWrongCode(enter.failure.value)}>
        <summary>{t("sign_in.no_message")}</summary>
        <Button kind="secondary" busy={again.busy.value} onClick={() => void again.run(challenge)}>
          {t("code.again")}
        </Button>
        {byPhone &&
          (["whatsapp", "email"] as const).map((channel) => (
            <Button
              key={channel}
              kind="secondary"
              busy={again.busy.value}
              onClick={() => void again.run(challenge, channel)}
            >
              {t(`sign_in.by_${channel}`)}
            </Button>
          ))}
        <LinkButton kind="plain" href={signInPath}>
          {t("sign_in.other_contact")}
        </LinkButton>
      </details>
    </Page>
  );
}

/** Returns the address of the page before, with what it was opened for. */
function pathOfSignIn({ then, invitation }: Challenge): string {
  const query = new URLSearchParams({ then, ...(invitation ? { invitation } : {}) });
  return `/sign-in?${query}`;
}
