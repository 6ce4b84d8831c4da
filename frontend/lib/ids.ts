const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text of an address can be the id of anything at all. */
export function isId(text: string): boolean {
  return ID.test(text);
}
