/** Telling a story: kind, title, text and photos. It is shown after an admin has read it. */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { forget } from "../../api/query";
import { Choices } from "../../forms/Choices";
import { ErrorSummary } from "../../forms/ErrorSummary";
import { type Errors, errorsLeft, errorsOf } from "../../forms/errors";
import { FailureNote } from "../../forms/FailureNote";
import { Form } from "../../forms/Form";
import { PhotoField } from "../../forms/PhotoField";
import { TextArea } from "../../forms/TextArea";
import { TextField } from "../../forms/TextField";
import { WaitingNote } from "../../forms/WaitingNote";
import { useDraft } from "../../offline/drafts";
import { useTakenBack } from "../../offline/takeBack";
import { useSending } from "../../offline/useSending";
import { Button, LinkButton } from "../../ui/Button";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";

type Kind = Schemas["StoryPosting"]["type"];

const PHOTOS_MOST = 5;
const ADDRESS = { method: "POST", path: "/stories" } as const;
const KINDS: Kind[] = ["success", "testimonial", "tip", "experience"];
const EMPTY = { title: "", content: "", type: null as Kind | null, photos: [] as string[] };

export default function NewStory() {
  const draft = useDraft("story", EMPTY);
  const sending = useSending(draft);
  const before = useTakenBack(
    draft,
    ADDRESS,
    (item) => ({ ...(item.body as Partial<typeof EMPTY>), photos: item.pictures?.ids ?? [] }),
    sending,
  );
  const own = useSignal<Errors>({});
  const outcome = sending.outcome.value;
  const refusal = outcome?.state === "refused" ? outcome.refusal : before.value;
  const values = draft.values.value;
  const errors = errorsLeft(own.value, refusal, { ...values, media: values.photos });
  const send = async () => {
    own.value = {
      ...(values.type ? {} : { type: t("stories.kind_missing") }),
      ...(values.title.trim().length >= 5 ? {} : { title: t("stories.title_missing") }),
      ...(values.content.trim().length >= 20 ? {} : { content: t("stories.content_missing") }),
    };
    if (Object.keys(own.value).length) return;
    const { title, content, type, photos } = values;
    const sent = await sending.send({
      kind: "story",
      title,
      ...ADDRESS,
      body: { title, content, type },
      editPath: "/me/stories/new",
      ...(photos.length ? { pictures: { ids: photos, purpose: "story", field: "media" } } : {}),
    });
    if (sent?.state !== "refused") forget("stories");
  };
  return (
    <Page title={t("stories.tell")} back="/me/stories">
      {outcome?.state === "waiting" && <WaitingNote />}
      {outcome?.state === "sent" && (
        <>
          <Note kind="done" title={t("stories.sent")}>
            <p>{t("stories.next")}</p>
          </Note>
          <LinkButton href="/me/stories">{t("me.stories")}</LinkButton>
        </>
      )}
      {(!outcome || outcome.state === "refused") &&
        (draft.ready.value ? (
          <Form busy={sending.busy.value} onSend={() => void send()}>
            <ErrorSummary errors={errors} />
            {!Object.keys({ ...errors, ...errorsOf(refusal) }).length && <FailureNote failure={refusal} />}
            <Choices
              name="type"
              label={t("stories.kind")}
              value={values.type}
              error={errors.type}
              onChoice={(type) => draft.change({ type })}
              choices={KINDS.map((value) => ({ value, label: t(`story_type.${value}`) }))}
            />
            <TextField
              name="title"
              label={t("stories.title")}
              maxLength={200}
              value={values.title}
              error={errors.title}
              onInput={(title) => draft.change({ title })}
            />
            <TextArea
              name="content"
              label={t("stories.content")}
              rows={8}
              maxLength={10_000}
              value={values.content}
              error={errors.content}
              onInput={(content) => draft.change({ content })}
            />
            <PhotoField
              name="media"
              label={t("stories.photos")}
              max={PHOTOS_MOST}
              ids={values.photos}
              error={errors.media}
              onChange={(photos) => draft.change({ photos })}
            />
            <Button busy={sending.busy.value}>{t("stories.send")}</Button>
          </Form>
        ) : (
          <Skeleton />
        ))}
    </Page>
  );
}
