/** Not built yet. */
export default function Password() {
  return null;
}
