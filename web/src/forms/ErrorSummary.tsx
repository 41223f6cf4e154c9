/** The list of a form's errors at its top. It takes the focus, and each entry leads to its field. */
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words/words";
import type { Errors } from "./errors";

export function ErrorSummary({ errors }: { errors: Errors }) {
  const box = useRef<HTMLDivElement>(null);
  const names = Object.keys(errors);
  const before = useRef<string[]>([]);
  useEffect(() => {
    // Where one error fewer is left, somebody is mending the form: they keep the focus.
    const mended =
      names.length < before.current.length && names.every((name) => before.current.includes(name));
    before.current = names;
    if (!names.length) return undefined;
    if (!mended) box.current?.focus();
    const prefix = `${t("error_prefix", { text: "" }).trim()} `;
    if (!document.title.startsWith(prefix)) document.title = prefix + document.title;
    return () => {
      if (document.title.startsWith(prefix)) document.title = document.title.slice(prefix.length);
    };
  }, [errors]);
  if (!names.length) return null;
  return (
    <div class="note error" ref={box} tabIndex={-1} role="alert" aria-labelledby="summary-title">
      <h2 id="summary-title">{t("summary.title")}</h2>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <a
              class="tap"
              href={`#${name}`}
              onClick={(event) => {
                event.preventDefault();
                document.getElementById(name)?.focus();
              }}
            >
              {errors[name]}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
