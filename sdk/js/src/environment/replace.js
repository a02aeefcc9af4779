/**
 * Puts something else where the language has its own.
 */

/**
 * @typedef {object} Replacement
 * @property {object} owner
 * @property {string} name
 * @property {unknown} value
 */

/**
 * Replaces all of these.
 * @param {readonly Replacement[]} replacements
 * @returns {() => void} puts back what was there
 */
export function replace(replacements) {
  const before = replacements.map(({ owner, name }) => Object.getOwnPropertyDescriptor(owner, name));
  for (const { owner, name, value } of replacements) {
    Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  }
  return () =>
    replacements.forEach(({ owner, name }, at) => {
      const own = before[at];
      if (own === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, own);
    });
}
