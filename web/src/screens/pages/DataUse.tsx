/** The kilobytes of this month by kind, and the switch of the data saver. */
import { Choices } from "../../forms/Choices";
import { dataSaver, setDataSaver } from "../../offline/dataSaver";
import { readUsage } from "../../offline/usage";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { t } from "../../words/words";

const BYTES_IN_KB = 1024;

export default function DataUse() {
  const usage = readUsage();
  const [data, photos, uploads] = [usage.data, usage.photos, usage.uploads].map((bytes) =>
    Math.ceil(bytes / BYTES_IN_KB),
  ) as [number, number, number];
  const size = (kilobytes: number) => t("pages.data.kb", { n: kilobytes });
  return (
    <Page title={t("pages.data.title")} back="/help">
      <h2>{t("pages.data.what")}</h2>
      <Facts
        facts={[
          [t("pages.data.data"), size(data)],
          [t("pages.data.photos"), size(photos)],
          [t("pages.data.uploads"), size(uploads)],
          [t("pages.data.total"), <strong key="total">{size(data + photos + uploads)}</strong>],
        ]}
      />
      <p>{t("pages.data.about")}</p>
      <Choices
        name="saver"
        label={t("pages.data.saver")}
        hint={t("pages.data.saver_why")}
        value={dataSaver.value ? "on" : "off"}
        choices={[
          { value: "on", label: t("pages.data.saver_on") },
          { value: "off", label: t("pages.data.saver_off") },
        ]}
        onChoice={(choice) => setDataSaver(choice === "on")}
      />
    </Page>
  );
}
