/** Not built yet. */
export default function DataUse() {
  return null;
}
