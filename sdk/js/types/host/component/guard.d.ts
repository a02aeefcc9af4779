/**
 * Takes time and chance away from the plugin: the same message must give the same outcome on every run.
 *
 * Without this, asking for the time would trap the whole instance, and chance would be a sequence fixed when the
 * component was built. An error names the way that is meant instead, and costs one message.
 */
export {};
