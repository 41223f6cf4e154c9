/** Not built yet. */
export default function PayoutAccount() {
  return null;
}
