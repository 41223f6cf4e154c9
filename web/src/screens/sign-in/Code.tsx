/** Not built yet. */
export default function Code() {
  return null;
}
