/**
 * A photo of the API in the size that the screen needs; with the data saver it loads on a tap.
 *
 * A ready photo without an address was left out of a saved copy, and is not shown.
 */
import { useSignal } from "@preact/signals";
import type { Schemas } from "../api/client";
import { Icon } from "../ui/Icon";
import { t } from "../words/words";
import { dataSaver } from "./dataSaver";
import { noteUsage } from "./usage";

type Picture = Omit<Schemas["Picture"], "key">;

interface PhotoProps {
  picture: Picture;
  alt: string;
  /** The width on the screen in CSS pixels, for the choice among the sizes. */
  width: number;
}

export function Photo({ picture, alt, width }: PhotoProps) {
  const asked = useSignal(false);
  const urls = Object.entries(picture.urls ?? {}).filter((one): one is [string, string] => Boolean(one[1]));
  const source = picture.url;
  if (picture.state === "refused") return <p class="photo none">{t("photo.refused")}</p>;
  if (!source) return picture.state === "ready" ? null : <p class="photo none">{t("photo.checking")}</p>;
  const ratio = picture.width && picture.height ? picture.width / picture.height : 4 / 3;
  const height = Math.round(width / ratio);
  if (dataSaver.value && !asked.value)
    return (
      <button
        type="button"
        class="photo ask"
        style={{ aspectRatio: String(ratio) }}
        onClick={() => {
          asked.value = true;
        }}
      >
        <Icon name="photo" />
        {t("photo.show")}
      </button>
    );
  return (
    <img
      class="photo"
      src={source}
      srcSet={urls.map(([size, url]) => `${url} ${size}w`).join(", ") || undefined}
      sizes={`${width}px`}
      width={width}
      height={height}
      alt={alt}
      loading="lazy"
      decoding="async"
      onLoad={(event) => countBytes(event.currentTarget.currentSrc)}
    />
  );
}

function countBytes(url: string): void {
  const entry = performance.getEntriesByName(url).at(-1);
  if (entry instanceof PerformanceResourceTiming) noteUsage("photos", entry.transferSize);
}
