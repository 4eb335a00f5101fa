import { reach } from "./pass.js";

const SIZE = 12;

/** A page of the images of a status, newest first, and its `next_cursor`; "" is for every status. */
export async function readPage(status, cursor) {
  const api = await reach();
  return api.images({ limit: SIZE, ...(status && { status }), ...(cursor && { cursor }) });
}

/** What the gallery shows first, asked for while its scripts are still on their way. */
export const firstPage = readPage("ready");
// Whoever awaits it says what was wrong.
firstPage.catch(() => {});
