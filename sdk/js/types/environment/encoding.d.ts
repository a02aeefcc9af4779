/**
 * `TextEncoder` and `TextDecoder`, for UTF-8.
 */
export declare class TextEncoder {
    get encoding(): string;
    /** @param {string} [text] */
    encode(text?: string): Uint8Array<ArrayBufferLike>;
    /**
     * As much as there is room for.
     * @param {string} text
     * @param {Uint8Array} to
     */
    encodeInto(text: string, to: Uint8Array): {
        read: number;
        written: number;
    };
}
export declare class TextDecoder {
    #private;
    /**
     * @param {string} [label]
     * @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options]
     */
    constructor(label?: string, { fatal, ignoreBOM }?: {
        fatal?: boolean;
        ignoreBOM?: boolean;
    });
    get encoding(): string;
    get fatal(): boolean;
    get ignoreBOM(): boolean;
    /**
     * @param {ArrayBuffer | ArrayBufferView} [source]
     * @param {{ stream?: boolean }} [options]
     */
    decode(source?: ArrayBuffer | ArrayBufferView, { stream }?: {
        stream?: boolean;
    }): string;
}
