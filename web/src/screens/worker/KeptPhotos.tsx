/** Photos that are kept on the phone, to look at. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keptPicture } from "../../offline/pictures";
import { t } from "../../words/words";

export function KeptPhotos({ ids }: { ids: string[] }) {
  const urls = useSignal<string[]>([]);
  const key = ids.join();
  useEffect(() => {
    let made: string[] = [];
    let left = false;
    void Promise.all(ids.map(keptPicture)).then((pictures) => {
      if (left) return;
      made = pictures.flatMap((one) => (one ? [URL.createObjectURL(one.blob)] : []));
      urls.value = made;
    });
    return () => {
      left = true;
      for (const url of made) URL.revokeObjectURL(url);
    };
  }, [key]);
  return (
    <div class="photos">
      {urls.value.map((url, index) => (
        <img key={url} src={url} alt={t("photos.number", { number: index + 1 })} width="120" height="90" />
      ))}
    </div>
  );
}
