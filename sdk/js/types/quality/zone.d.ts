/**
 * Time zones by the tz database. How the table is written is said in `sdk/quality/README.md`.
 */
export type Readings = {
    count: number;
    earlier: number;
    later: number;
};
/**
 * When clocks show a local time: at one instant, at two, or at none. `earlier` is the first; of none, what the clock would
 * have shown if it had been put forward already. `later` is the last; of none, as if it had not been put forward yet.
 * @typedef {{ count: number, earlier: number, later: number }} Readings
 */
/** When a zone's clocks are how far from UTC. */
export declare class Zone {
    rules: string[];
    ends: number[];
    /** @param {string} history */
    constructor(history: string);
    /**
     * The zone of this name, if it is one.
     * @param {string} name
     * @returns {Zone | undefined}
     */
    static named(name: string): Zone | undefined;
    /**
     * In minutes, at this many seconds since 1970.
     * @param {number} seconds
     */
    offset(seconds: number): number;
    /**
     * When the clocks show this many seconds since 1970 began on them.
     * @param {number} local
     * @returns {Readings}
     */
    readings(local: number): Readings;
}
