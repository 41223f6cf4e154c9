/** All answers on one page; then sign-in if needed, the role of a buyer, and the sending, each by itself. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../api/action";
import type { Schemas } from "../../api/client";
import { forget } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { readMoney } from "../../forms/read";
import { WaitingNote } from "../../forms/WaitingNote";
import type { DraftOf } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { has, signedIn } from "../../session/person";
import { takeRole } from "../../session/roles";
import { Button } from "../../ui/Button";
import { Page } from "../../ui/Page";
import { day, money } from "../../words/format";
import { t } from "../../words/words";
import { Posted } from "./Posted";
import {
  type Amounts,
  bodyOf,
  errorsOfPosting,
  isWished,
  PAGES,
  type PostingValues,
  pathOf,
  STEP_OF,
  startDateOf,
  valuesOfBody,
} from "./posting";

const ADDRESS = { method: "POST", path: "/jobs" } as const;

interface CheckStepProps {
  draft: DraftOf<PostingValues>;
  amounts: Amounts | undefined;
}

export function CheckStep({ draft, amounts }: CheckStepProps) {
  const { route } = useLocation();
  const sending = useSending(draft, ADDRESS);
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => valuesOfBody(item.body ?? {}, item.pictures?.ids ?? []),
    sending,
  );
  const own = useSignal<Errors>({});
  const beBuyer = useAction(async () => {
    await takeRole("buyer");
    return true;
  });
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;

  const post = async () => {
    const values = draft.values.peek();
    own.value = errorsOfPosting(values, amounts);
    if (Object.keys(own.value).length) return;
    if (!signedIn.peek()) {
      draft.change({ sendAfterSignIn: Date.now() });
      route(`/sign-in?then=${encodeURIComponent(pathOf("check"))}`);
      return;
    }
    if (!has("buyer") && !(await beBuyer.run())) return; // who is a buyer can post without a network too
    await sending.send({
      ...ADDRESS,
      kind: "job",
      title: values.title.trim(),
      body: bodyOf(values),
      pictures: { ids: values.photos, purpose: "job", field: "photos" },
      editPath: pathOf("check"),
    });
    forget("jobs/mine");
  };

  useEffect(() => {
    if (!signedIn.peek() || !isWished(draft.values.peek())) return;
    draft.change({ sendAfterSignIn: 0 });
    void post();
  }, [draft]);

  if (outcome?.state === "sent") return <Posted job={outcome.answer as Schemas["PartyJobView"]} />;
  if (outcome?.state === "waiting")
    return (
      <Page title={t("buyer.post_title")}>
        <WaitingNote />
      </Page>
    );
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  return (
    <Page title={t("buyer.check_answers")} back={pathOf("budget")}>
      <p class="soft">{t("buyer.step", { number: PAGES, of: PAGES })}</p>
      <ErrorSummary errors={errors} />
      {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
      <FailureNote failure={beBuyer.failure.value} />
      <Answers values={draft.values.value} />
      <p>{t(signedIn.value ? "buyer.post_effect" : "buyer.post_sign_in")}</p>
      <Button busy={sending.busy.value || beBuyer.busy.value} onClick={() => void post()}>
        {t("buyer.post_now")}
      </Button>
    </Page>
  );
}

/** The answers, each with the way back to its question. */
function Answers({ values }: { values: PostingValues }) {
  const cents = readMoney(values.budgetCents);
  const start = startDateOf(values);
  const rows: [field: string, name: string, value: string][] = [
    ["category", t("buyer.category"), values.category ? t(`category.${values.category}`) : ""],
    ["title", t("buyer.title"), values.title],
    ["description", t("buyer.description"), values.description],
    ["photos", t("buyer.photos"), t("buyer.photo_count", { n: values.photos.length })],
    ["location", t("place.label"), values.location],
    ["budgetCents", t("buyer.budget"), cents === null ? values.budgetCents : money(cents)],
    ["startDate", t("buyer.when_start"), start ? day(start) : t("buyer.when_soon")],
    ["payment", t("buyer.how_paid"), t(`payment.${values.payment}`)],
  ];
  return (
    <dl class="facts answers">
      {rows.map(([field, name, value]) => (
        <div key={field}>
          <dt>{name}</dt>
          <dd class="text">{value}</dd>
          <dd>
            <a id={field} class="tap" href={pathOf(STEP_OF[field] ?? "work")}>
              {t("edit")}
              <span class="visually-hidden"> {name}</span>
            </a>
          </dd>
        </div>
      ))}
    </dl>
  );
}
