/** Not built yet. */
export default function Paid() {
  return null;
}
