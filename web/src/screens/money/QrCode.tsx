/** A QR code that another phone reads. What draws it is loaded when it is asked for. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export function QrCode({ text, alt }: { text: string; alt: string }) {
  const code = useSignal<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let left = false;
    void import("uqr").then(({ encode }) => {
      const { data, size } = encode(text, { border: 4 });
      if (!left) code.value = { path: pathOf(data), size };
    });
    return () => {
      left = true;
    };
  }, [text]);
  if (!code.value) return null;
  const { path, size } = code.value;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={alt} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Returns the dark squares as one path. */
export function pathOf(rows: boolean[][]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
}
