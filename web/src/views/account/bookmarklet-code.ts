/** The address of a bookmark that opens hop with the address of the page on which it is clicked. */
export function bookmarkletCode(origin: string): string {
  // `\x23` is `#`, with which the fragment of this address would begin. `noopener`: the page must not get hold of the
  // window of the dashboard.
  return `javascript:void(open('${origin}/app/\\x23/new?target='+encodeURIComponent(location.href),'_blank','noopener'))`;
}
