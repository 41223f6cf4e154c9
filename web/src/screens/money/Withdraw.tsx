/** Not built yet. */
export default function Withdraw() {
  return null;
}
