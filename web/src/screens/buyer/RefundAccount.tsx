/** Not built yet. */
export default function RefundAccount() {
  return null;
}
