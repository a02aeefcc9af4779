/**
 * `URLSearchParams`: the query of a URL, and the body of a form.
 */
export declare class URLSearchParams {
    #private;
    /**
     * @param {string | Iterable<readonly [string, string]> | Record<string, string>} [init]
     * @param {(query: string) => void} [changed] for the URL that it belongs to
     */
    constructor(init?: string | Iterable<readonly [string, string]> | Record<string, string>, changed?: (query: string) => void);
    get size(): number;
    /** @param {string} name @param {unknown} value */
    append(name: string, value: unknown): void;
    /** @param {string} name @param {unknown} [value] */
    delete(name: string, value?: unknown): void;
    /** @param {string} name */
    get(name: string): string | null;
    /** @param {string} name */
    getAll(name: string): string[];
    /** @param {string} name @param {unknown} [value] */
    has(name: string, value?: unknown): boolean;
    /** @param {string} name @param {unknown} value */
    set(name: string, value: unknown): void;
    sort(): void;
    /** @param {(value: string, name: string, all: URLSearchParams) => void} look */
    forEach(look: (value: string, name: string, all: URLSearchParams) => void): void;
    entries(): Generator<[string, string], void, unknown>;
    keys(): Generator<string, void, unknown>;
    values(): Generator<string, void, unknown>;
    [Symbol.iterator](): Generator<[string, string], void, unknown>;
    toString(): string;
}
