/**
 * Hosts of URLs: names, IPv4 and IPv6 addresses, in the one spelling the URL Standard has for each.
 */
/**
 * @param {string} text
 * @param {boolean} isSpecial whether the scheme is one of the web's
 * @returns {string}
 */
export declare function parseHost(text: string, isSpecial: boolean): string;
