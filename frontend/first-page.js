import { getApi } from "./auth-token.js";

// As many as the first window shows; pages that are scrolled to are as large as the API allows.
const SMALL = 12;
const FIRST = matchMedia("(min-width: 48rem)").matches ? 2 * SMALL : SMALL;
const PAGE = 100;

/**
 * The page at `cursor` of the images with these parameters, pairs of name and value, and its
 * `next_cursor`; `count` images, if it is known how many the page has.
 */
export async function readPage(parameters, cursor, count) {
  const api = await getApi();
  const limit = count || (cursor ? PAGE : FIRST);
  return api.images([["limit", limit], ...parameters, ...(cursor ? [["cursor", cursor]] : [])]);
}

/** The gallery's first page, requested while its scripts are still loading; null if it is another. */
export const firstPage = location.search || history.state?.gallery ? null : readPage([["status", "ready"]]);
// The gallery awaits it and shows the error.
firstPage?.catch(() => {});
