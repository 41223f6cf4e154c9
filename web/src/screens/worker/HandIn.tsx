/** Not built yet. */
export default function HandIn() {
  return null;
}
