/** The fields of a listing, for new ones and for edits. */
import { CategoryPicture, MATERIAL_CATEGORIES, type MaterialCategory } from "../../cards/CategoryPicture";
import { UNITS, unitWords } from "../../cards/MaterialCard";
import { PlaceField } from "../../cards/PlaceField";
import { Choices } from "../../forms/Choices";
import type { Errors } from "../../forms/errors";
import { PhotoField, type PhotoFieldProps } from "../../forms/PhotoField";
import { Select } from "../../forms/Select";
import { TextArea } from "../../forms/TextArea";
import { MoneyField, TextField } from "../../forms/TextField";
import { t } from "../../words/words";
import { DESCRIPTION_MOST, type MaterialValues, OTHER_UNIT, TITLE_MOST } from "./material";

interface MaterialFieldsProps {
  values: MaterialValues;
  errors: Errors;
  onChange: (some: Partial<MaterialValues>) => void;
  /** New listings have a stock here; later it changes by plus and minus. */
  withStock?: boolean;
  photosLabel: string;
  photosHint: string;
  stored?: PhotoFieldProps["stored"];
}

export function MaterialFields(props: MaterialFieldsProps) {
  const { values, errors, onChange, withStock = false, photosLabel, photosHint, stored } = props;
  return (
    <>
      <Choices<MaterialCategory>
        name="category"
        look="tiles"
        label={t("seller.category")}
        choices={MATERIAL_CATEGORIES.map((value) => ({
          value,
          label: t(`material.${value}`),
          icon: <CategoryPicture category={value} />,
        }))}
        value={values.category || null}
        error={errors.category}
        onChoice={(category) => onChange({ category })}
      />
      <TextField
        name="title"
        label={t("seller.title")}
        hint={t("seller.title_hint")}
        autocomplete="off"
        maxLength={TITLE_MOST}
        value={values.title}
        error={errors.title}
        onInput={(title) => onChange({ title })}
      />
      <MoneyField
        name="priceCents"
        label={t("seller.price")}
        value={values.priceCents}
        error={errors.priceCents}
        onInput={(priceCents) => onChange({ priceCents })}
      />
      <Select
        name="unit"
        label={t("seller.unit")}
        hint={t("seller.unit_hint")}
        value={values.unit}
        options={[
          { value: "", label: t("seller.unit_choose") },
          ...UNITS.map((value) => ({ value, label: unitWords(value) })),
          { value: OTHER_UNIT, label: t("seller.unit_other") },
        ]}
        error={errors.unit}
        onChange={(unit) => onChange({ unit })}
      />
      {values.unit === OTHER_UNIT && (
        <TextField
          name="unitOther"
          label={t("seller.unit_own")}
          autocomplete="off"
          maxLength={50}
          value={values.unitOther}
          error={errors.unitOther}
          onInput={(unitOther) => onChange({ unitOther })}
        />
      )}
      {withStock && (
        <TextField
          name="stock"
          label={t("seller.stock")}
          inputmode="numeric"
          autocomplete="off"
          value={values.stock}
          error={errors.stock}
          onInput={(stock) => onChange({ stock })}
        />
      )}
      <PlaceField
        name="location"
        label={t("seller.place")}
        value={values.location}
        error={errors.location}
        onInput={(location) => onChange({ location })}
      />
      <TextArea
        name="description"
        label={t("seller.description")}
        hint={t("seller.description_hint")}
        maxLength={DESCRIPTION_MOST}
        value={values.description}
        error={errors.description}
        onInput={(description) => onChange({ description })}
      />
      <PhotoField
        name="photos"
        label={photosLabel}
        hint={photosHint}
        {...(stored ? { stored } : {})}
        ids={values.photos}
        error={errors.photos}
        onChange={(photos) => onChange({ photos })}
      />
    </>
  );
}
