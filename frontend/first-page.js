import { getApi } from "./auth-token.js";

const SIZE = 12;

/** A page of the images with a status, newest first, and its `next_cursor`; "" means every status. */
export async function readPage(status, cursor) {
  const api = await getApi();
  return api.images({ limit: SIZE, ...(status && { status }), ...(cursor && { cursor }) });
}

/** The gallery's first page, requested while its scripts are still loading. */
export const firstPage = readPage("ready");
// The gallery awaits it and shows the error.
firstPage.catch(() => {});
