/** Not built yet. */
export default function OwnEnquiries() {
  return null;
}
