/** Not built yet. */
export default function Sessions() {
  return null;
}
