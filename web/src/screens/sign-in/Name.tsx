/** Not built yet. */
export default function Name() {
  return null;
}
