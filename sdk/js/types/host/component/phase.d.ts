/**
 * Whether the plugin is still being loaded, which happens while its component is built. What is made then is the same in
 * every instance, and there is no host to ask.
 */
/** True until the first call of the host. */
export declare function loading(): boolean;
/** The host calls: from now on nothing may depend on the time or on chance. */
export declare function seal(): void;
