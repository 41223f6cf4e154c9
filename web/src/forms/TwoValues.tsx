/** Two values of each field that somebody else changed meanwhile: the person takes theirs or the newer one. */
import { useSignal } from "@preact/signals";
import { Button } from "../ui/Button";
import { Note } from "../ui/Note";
import { t } from "../words/words";
import { Choices } from "./Choices";
import { Form } from "./Form";

export interface TwoOf<N extends string> {
  name: N;
  label: string;
  /** Both values, as people read them. */
  mine: string;
  newer: string;
}

interface TwoValuesProps<N extends string> {
  fields: TwoOf<N>[];
  busy?: boolean;
  /** Gets the fields in which the person's own value stays. */
  onChosen: (mine: N[]) => void;
}

export function TwoValues<N extends string>({ fields, busy = false, onChosen }: TwoValuesProps<N>) {
  const taken = useSignal<Partial<Record<N, "mine" | "newer">>>({});
  const missing = useSignal(false);
  return (
    <Form
      busy={busy}
      onSend={() => {
        missing.value = fields.some(({ name }) => !taken.value[name]);
        if (!missing.value)
          onChosen(fields.map(({ name }) => name).filter((name) => taken.value[name] === "mine"));
      }}
    >
      <Note kind="info" title={t("two_values.title")}>
        <p>{t("two_values.why")}</p>
      </Note>
      {fields.map(({ name, label, mine, newer }) => (
        <Choices<"mine" | "newer">
          key={name}
          name={name}
          label={label}
          choices={[
            { value: "mine", label: t("two_values.mine"), hint: mine },
            { value: "newer", label: t("two_values.newer"), hint: newer },
          ]}
          value={taken.value[name] ?? null}
          error={missing.value && !taken.value[name] ? t("two_values.choose_one") : undefined}
          onChoice={(choice) => {
            taken.value = { ...taken.value, [name]: choice };
          }}
        />
      ))}
      <Button busy={busy}>{t("two_values.save")}</Button>
    </Form>
  );
}
