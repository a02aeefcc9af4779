/**
 * Currencies by ISO 4217.
 */
/**
 * The ISO 4217 code of a currency given by its code, in whatever case; anything else is an `unknown-currency`.
 * @param {string} code
 * @returns {string}
 */
export declare function currency(code: string): string;
/**
 * How many decimals amounts in this currency have: 2 for the euro, 0 for the yen.
 * @param {string} code as {@link currency} gives it
 * @returns {number}
 */
export declare function currencyDecimals(code: string): number;
