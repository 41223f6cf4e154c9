/** Not built yet. */
export default function Cancel() {
  return null;
}
