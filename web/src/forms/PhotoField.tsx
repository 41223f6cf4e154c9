/** Photos of a form: taken or chosen, made small and kept at once, shown, and removable. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "../api/client";
import { usePhotoLimit } from "../api/photoLimit";
import { Photo } from "../offline/Photo";
import { dropPictures, isUnkept, keepPicture, keptPicture } from "../offline/pictures";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { t } from "../words/words";
import { Field, type FieldProps } from "./Field";
import { useUnfinished } from "./Form";
import type { StoredPhotos } from "./storedPhotos";

export interface PhotoFieldProps extends FieldProps {
  /** The ids of the kept photos. */
  ids: string[];
  onChange: (ids: string[]) => void;
  max?: number;
  /** The photos that the API has already, of which some may go. */
  stored?: { pictures: Schemas["Picture"][]; state: StoredPhotos; onChange: (state: StoredPhotos) => void };
}

export function PhotoField(props: PhotoFieldProps) {
  const { name, ids, onChange, stored } = props;
  const most = usePhotoLimit();
  const unfinished = useUnfinished();
  const max = (props.max ?? most) - (stored ? stored.state.had.length - stored.state.removed.length : 0);
  const busy = useSignal(false);
  const failed = useSignal("");
  const latest = useRef({ ids, onChange }); // what the form has by now, and not when the work on a photo began
  latest.current = { ids, onChange };
  const change = (now: string[]) => {
    latest.current.ids = now; // the next photo may be ready before the page is drawn again
    latest.current.onChange(now);
  };
  const add = async (files: FileList | null) => {
    busy.value = true;
    failed.value = "";
    for (const file of [...(files ?? [])]) {
      if (latest.current.ids.length >= max) break;
      try {
        const { id } = await keepPicture(file);
        change([...latest.current.ids, id]); // one by one: a page that ends meanwhile has those before
        if (isUnkept(id)) failed.value = t("photos.full");
      } catch {
        failed.value = t("photos.not_a_picture");
      }
    }
    busy.value = false;
  };
  return (
    <Field {...props} error={props.error ?? (failed.value || undefined)}>
      <div class="photos">
        {stored?.pictures.map((picture, index) => {
          const { key } = picture;
          const { state } = stored;
          if (!key || !state.had.includes(key)) return null;
          const gone = state.removed.includes(key);
          const remove = (removed: string[]) => stored.onChange({ ...state, removed });
          return (
            <StoredPhoto
              key={key}
              picture={picture}
              alt={t("photos.number", { number: index + 1 })}
              gone={gone}
              canReturn={ids.length < max}
              onRemove={() => remove([...state.removed, key])}
              onReturn={() => remove(state.removed.filter((one) => one !== key))}
            />
          );
        })}
        {ids.map((id, index) => (
          <KeptPhoto
            key={id}
            id={id}
            alt={t("photos.number", { number: (stored?.pictures.length ?? 0) + index + 1 })}
            onRemove={() => {
              change(latest.current.ids.filter((one) => one !== id));
              void dropPictures([id]);
            }}
          />
        ))}
      </div>
      {ids.length < max && (
        <label class="button secondary file">
          <Icon name="camera" />
          {busy.value ? t("photos.working") : t("photos.add")}
          <input
            id={name}
            type="file"
            accept="image/*"
            multiple
            onChange={(event) => {
              const input = event.currentTarget;
              const adding = add(input.files).then(() => {
                input.value = "";
              });
              unfinished(adding);
            }}
          />
        </label>
      )}
    </Field>
  );
}

interface StoredPhotoProps {
  picture: Schemas["Picture"];
  alt: string;
  gone: boolean;
  /** Whether there is room for it again. */
  canReturn: boolean;
  onRemove: () => void;
  onReturn: () => void;
}

function StoredPhoto({ picture, alt, gone, canReturn, onRemove, onReturn }: StoredPhotoProps) {
  if (!gone)
    return (
      <figure>
        <Photo picture={picture} alt={alt} width={120} />
        <Button kind="plain" onClick={onRemove}>
          {t("photos.remove")}
        </Button>
      </figure>
    );
  return (
    <figure>
      <p class="photo none">{t("photos.goes")}</p>
      {canReturn && (
        <Button kind="plain" onClick={onReturn}>
          {t("photos.put_back")}
        </Button>
      )}
    </figure>
  );
}

function KeptPhoto({ id, alt, onRemove }: { id: string; alt: string; onRemove: () => void }) {
  const url = useSignal("");
  useEffect(() => {
    let made = "";
    void keptPicture(id).then((picture) => {
      if (picture) url.value = made = URL.createObjectURL(picture.blob);
    });
    return () => URL.revokeObjectURL(made);
  }, [id]);
  return (
    <figure>
      {url.value && <img src={url.value} alt={alt} width="120" height="90" />}
      <Button kind="plain" onClick={onRemove}>
        {t("photos.remove")}
      </Button>
    </figure>
  );
}
