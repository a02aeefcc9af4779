/**
 * The calendar as arithmetic: days since 1970 began.
 */
export declare const DAY = 86400;
/**
 * How many days a month has.
 * @param {number} year
 * @param {number} month
 * @returns {number}
 */
export declare function daysIn(year: number, month: number): number;
/**
 * The number of a day. Years begin in March here, so that a leap day is the last one.
 * @param {number} year
 * @param {number} month
 * @param {number} day
 * @returns {number}
 */
export declare function dayNumber(year: number, month: number, day: number): number;
/**
 * Year, month and day of a day's number.
 * @param {number} number
 * @returns {{ year: number, month: number, day: number }}
 */
export declare function dateOfDay(number: number): {
    year: number;
    month: number;
    day: number;
};
