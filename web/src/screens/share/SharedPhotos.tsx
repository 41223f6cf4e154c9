/** Photos that came from another app: the person says what they are for. Until then they are a draft on the phone. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { usePhotoLimit } from "../../api/photoLimit";
import { PhotoField } from "../../forms/PhotoField";
import { addPhotos, useDraft } from "../../offline/drafts";
import { isUnkept, keepPicture } from "../../offline/pictures";
import { eachShared, MOST_SHARED, SHARE_PATH } from "../../offline/sharedFiles";
import { signedIn } from "../../session/person";
import { Button, LinkButton } from "../../ui/Button";
import { Empty } from "../../ui/Empty";
import { Note } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { t } from "../../words/words";
import type { Aim } from "./aims";
import { JOB, MATERIAL, STORY } from "./aims";
import { OwnWork } from "./OwnWork";

const DRAFT = "shared";

export default function SharedPhotos() {
  const { route, query } = useLocation();
  const draft = useDraft<{ photos: string[] }>(DRAFT, { photos: [] });
  const reading = useSignal(true);
  const failed = useSignal(leftOut(query.left));
  const ready = draft.ready.value;
  useEffect(() => {
    history.replaceState(null, "", SHARE_PATH); // the draft opens here later, without what was left out now
  }, []);
  useEffect(() => {
    if (ready) void read();
  }, [draft, ready]);
  const { photos } = draft.values.value;
  const most = usePhotoLimit();

  async function read(): Promise<void> {
    await eachShared(async (photo) => {
      try {
        const { id } = await keepPicture(photo);
        draft.change({ photos: [...draft.values.peek().photos, id] });
        await draft.kept(); // before the photo that waits is forgotten
        if (isUnkept(id)) failed.value = t("photos.full");
      } catch {
        failed.value = t("photos.not_a_picture");
      }
    });
    reading.value = false;
  }

  async function use(aim: Aim): Promise<void> {
    const left = await addPhotos(aim.draft, aim.path, photos, most).catch(() => null);
    if (!left) {
      failed.value = t("draft.full");
      return;
    }
    if (left.length === photos.length) {
      failed.value = t("share.form_full", { most: most });
      return;
    }
    await draft.drop();
    if (left.length) await addPhotos(DRAFT, SHARE_PATH, left, left.length);
    route(aim.path);
  }

  if (!ready || reading.value)
    return (
      <Page title={t("share.title")}>
        <p role="status">{t("share.reading")}</p>
        <Skeleton />
      </Page>
    );
  return (
    <Page title={t("share.title")} back="/">
      {failed.value && <Note kind="error">{failed.value}</Note>}
      {photos.length === 0 && (
        <Empty text={t("share.none")}>
          <LinkButton href="/">{t("to_start")}</LinkButton>
        </Empty>
      )}
      {photos.length > 0 && (
        <>
          <p>{t("share.on_this_phone")}</p>
          <PhotoField
            name="photos"
            label={t("share.photos")}
            hint={photos.length > most ? t("share.too_many", { most: most }) : undefined}
            ids={photos}
            onChange={(ids) => draft.change({ photos: ids })}
          />
          <h2>{t("share.what_for")}</h2>
          <Button kind="secondary" onClick={() => void use(JOB)}>
            {t("share.job")}
          </Button>
          {signedIn.value ? (
            <>
              <OwnWork onUse={(aim) => void use(aim)} />
              <Button kind="secondary" onClick={() => void use(MATERIAL)}>
                {t("share.material")}
              </Button>
              <Button kind="secondary" onClick={() => void use(STORY)}>
                {t("share.story")}
              </Button>
            </>
          ) : (
            <>
              <p>{t("share.sign_in_for_more")}</p>
              <LinkButton kind="secondary" href={`/sign-in?then=${encodeURIComponent(SHARE_PATH)}`}>
                {t("sign_in")}
              </LinkButton>
            </>
          )}
        </>
      )}
    </Page>
  );
}

/** Returns the words for photos of a share that were not taken. */
function leftOut(why: string | undefined): string {
  if (why === "full") return t("share.no_room");
  return why === "many" ? t("share.many", { most: MOST_SHARED }) : "";
}
