/** Not built yet. */
export default function Me() {
  return null;
}
