/** Materials for sale: a new listing, also without a network. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { forget } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import { MaterialFields } from "./MaterialFields";
import { EMPTY_MATERIAL, type Fields, type MaterialValues, readOffer, valuesOf } from "./material";

const ADDRESS = { method: "POST", path: "/listings" } as const;

export default function NewMaterial() {
  const draft = useDraft<MaterialValues>("material/new", EMPTY_MATERIAL);
  const sending = useSending(draft);
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => ({
      ...valuesOf(item.body as unknown as Fields),
      stock: String(item.body?.stock ?? ""),
      photos: item.pictures?.ids ?? [],
    }),
    sending,
  );
  const own = useSignal<Errors>({});
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const errors = errorsLeft(own.value, refusal, draft.values.value);
  const send = async () => {
    const values = draft.values.peek();
    const read = readOffer(values);
    own.value = read.errors ?? {};
    if (read.errors) return;
    const sent = await sending.send({
      ...ADDRESS,
      kind: "listing",
      title: read.value.title,
      body: read.value,
      pictures: { ids: values.photos, purpose: "listing", field: "photos" },
      editPath: "/me/materials/new",
    });
    if (sent?.state === "sent") forget("listings");
  };
  return (
    <Page title={t("seller.new_title")} back="/me/materials">
      {outcome?.state === "sent" ? (
        <Listed listing={outcome.answer as Schemas["OwnListingView"]} />
      ) : outcome?.state === "waiting" ? (
        <WaitingNote />
      ) : !draft.ready.value ? (
        <Skeleton />
      ) : (
        <Form busy={sending.busy.value} onSend={() => void send()}>
          <ErrorSummary errors={errors} />
          {refusal && !refusal.errors.length && <FailureNote failure={refusal} />}
          <MaterialFields
            withStock
            values={draft.values.value}
            errors={errors}
            onChange={(some) => draft.change(some)}
            photosLabel={t("seller.photos")}
            photosHint={t("seller.photos_hint")}
          />
          <Button busy={sending.busy.value}>{t("seller.list_it")}</Button>
        </Form>
      )}
    </Page>
  );
}

/** What comes after a new listing. */
function Listed({ listing }: { listing: Schemas["OwnListingView"] }) {
  return (
    <>
      <Note kind="done" title={t("seller.listed")}>
        <p>{t(listing.status === "active" ? "seller.listed_active" : "seller.listed_pending")}</p>
      </Note>
      <LinkButton href="/me/materials">{t("seller.to_materials")}</LinkButton>
      <LinkButton kind="secondary" href={`/materials/${listing.id}`}>
        {t("seller.see_it")}
      </LinkButton>
    </>
  );
}
