/** The one-time code: one field, sent by itself at the sixth digit; filled in by the phone where it can. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Failure, isWrongCode } from "../api/problems";
import { t } from "../words/words";
import { TextField } from "./TextField";

const DIGITS = 6;

interface OtpCredential extends Credential {
  code: string;
}

export function CodeField({
  busy,
  failure,
  onCode,
}: {
  busy: boolean;
  /** Why the last code was not taken. After a wrong one the field is empty again, and has the focus. */
  failure: Failure | undefined;
  onCode: (code: string) => void;
}) {
  const value = useSignal("");
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isWrongCode(failure)) return;
    value.value = "";
    place.current?.querySelector("input")?.focus();
  }, [failure]);
  const take = (text: string) => {
    value.value = text;
    const code = text.replace(/\D/g, "");
    if (code.length === DIGITS && !busy) onCode(code);
  };
  useEffect(() => {
    if (!("OTPCredential" in window)) return undefined;
    const waiting = new AbortController();
    const options = { otp: { transport: ["sms"] }, signal: waiting.signal } as CredentialRequestOptions;
    navigator.credentials
      .get(options)
      .then((found) => found && take((found as OtpCredential).code))
      .catch(() => undefined); // the person types the code instead
    return () => waiting.abort();
  }, []);
  return (
    <div ref={place}>
      <TextField
        name="code"
        label={t("code.label")}
        hint={t("code.hint")}
        inputmode="numeric"
        autocomplete="one-time-code"
        value={value.value}
        onInput={take}
      />
    </div>
  );
}
