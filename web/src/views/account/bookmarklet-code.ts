/** The address of a bookmark that opens hop with the address of the page on which it is clicked. */
export function bookmarkletCode(origin: string): string {
  const page = JSON.stringify(`${origin}/app/#/new?target=`);
  // `noopener`: the page must not get hold of the window of the dashboard.
  return `javascript:void open(${page}+encodeURIComponent(location.href),"_blank","noopener")`;
}
