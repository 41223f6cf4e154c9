/** Not built yet. */
export default function Payments() {
  return null;
}
