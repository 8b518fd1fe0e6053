// To Stripe's pages and back to where the customer left.

const NAME = "cloudcrm-billing";

/** The host page's address, with a mark of what the customer went for. @param {string} what */
export function returnAddress(what) {
  const address = new URL(location.href);
  address.searchParams.set(NAME, what);
  return address.href;
}

/** What the customer went for and now comes back from, told once; null if nothing. */
export function comesBackWith() {
  const address = new URL(location.href);
  const what = address.searchParams.get(NAME);
  if (what === null) return null;
  address.searchParams.delete(NAME);
  history.replaceState(history.state, "", address);
  return /^(method-(added|managed|given-up)|(paid|given-up)-[\w-]{1,64})$/.test(what) ? what : null;
}

/** How long a page takes to go away; if it is still there then, the customer has stopped it. */
const LEAVING = 15_000;

/** Leaves for a page of the payment provider. @param {string} url */
export async function goTo(url) {
  const address = new URL(url);
  const local = ["localhost", "127.0.0.1"].includes(address.hostname);
  if (address.protocol !== "https:" && !(address.protocol === "http:" && local)) throw new Error(`No address to go to: ${address.origin}`);
  location.assign(address);
  await new Promise((resolve) => setTimeout(resolve, LEAVING));
}
