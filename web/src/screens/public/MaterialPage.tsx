/** Not built yet. */
export default function MaterialPage() {
  return null;
}
