/** Asking to be checked by Khaya, with a note and photos of certificates. */
import { useSignal } from "@preact/signals";
import { useAction } from "../../api/action";
import { api, ask, type Schemas } from "../../api/client";
import { forget, useQuery } from "../../api/query";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { Loaded } from "../../forms/Loaded";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { useDraft } from "../../offline/drafts";
import { uploadPictures } from "../../offline/pictures";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";

const SHORTEST = 3;

export default function Verification() {
  const profile = useQuery("profiles/me", () => ask(api.GET("/profiles/me")), "private");
  return (
    <Page title={t("verification.title")} back="/me">
      <Loaded query={profile}>{(found) => (found.verified ? <Already /> : <Application />)}</Loaded>
    </Page>
  );
}

function Already() {
  return (
    <>
      <Note kind="done">{t("verification.already")}</Note>
      <LinkButton href="/me">{t("bar.me")}</LinkButton>
    </>
  );
}

function Application() {
  const draft = useDraft("verification", { note: "", photos: [] as string[] });
  const errors = useSignal<Errors>({});
  const apply = useAction(async (key) => {
    const { note, photos } = draft.values.value;
    const keys = await uploadPictures(photos, "certification");
    const certifications = keys.map((one, index) => ({
      title: t("verification.certificate", { number: index + 1 }),
      key: one,
    }));
    const asked: Schemas["VerificationView"] = await ask(
      api.POST("/profiles/me/verification", {
        body: { note, ...(certifications.length ? { certifications } : {}) },
        params: { header: { "Idempotency-Key": key } },
      }),
    );
    await draft.drop();
    forget("profiles/");
    return asked;
  });
  const sent = useSignal(false);
  if (!draft.ready.value) return <Skeleton />;
  if (sent.value)
    return (
      <>
        <Note kind="done" title={t("verification.sent")}>
          <p>{t("verification.next")}</p>
        </Note>
        <LinkButton href="/me">{t("bar.me")}</LinkButton>
      </>
    );
  const values = draft.values.value;
  const left = errorsLeft(errors.value, undefined, { ...values, certifications: values.photos });
  const send = async () => {
    errors.value =
      draft.values.value.note.trim().length < SHORTEST ? { note: t("verification.note_missing") } : {};
    if (errors.value.note) return;
    if (await apply.run()) sent.value = true;
    else errors.value = errorsOf(apply.failure.value);
  };
  return (
    <Form busy={apply.busy.value} onSend={() => void send()}>
      <p>{t("verification.what")}</p>
      <ErrorSummary errors={left} />
      {!errors.value.note && <FailureNote failure={apply.failure.value} />}
      <TextArea
        name="note"
        label={t("verification.note")}
        hint={t("verification.note_hint")}
        maxLength={1000}
        value={draft.values.value.note}
        error={left.note}
        onInput={(note) => draft.change({ note })}
      />
      <PhotoField
        name="certifications"
        label={t("verification.photos")}
        hint={t("verification.photos_hint")}
        ids={draft.values.value.photos}
        error={left.certifications}
        onChange={(photos) => draft.change({ photos })}
      />
      <Button busy={apply.busy.value}>{t("verification.ask")}</Button>
    </Form>
  );
}
