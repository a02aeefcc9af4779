/**
 * Article numbers: from the shop's spelling to the ERP's.
 */
/**
 * The number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits, `-`, `.` and `_` behind
 * the prefix, or nothing at all, is a `wrong-sku`.
 * @param {string} sku
 * @param {string} prefix
 * @returns {string}
 */
export declare function stripPrefix(sku: string, prefix: string): string;
