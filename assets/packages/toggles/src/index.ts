/** Live feature toggles, and an OpenFeature web provider on them. */
export type { Toggle, ToggleChange, TogglesStatus, TogglesView, ToggleValue } from "@frontage/contract";
/** OpenFeature's API object. The page has one, and children need no copy of the SDK. */
export { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
export { TogglesClient, type TogglesOptions } from "./client.js";
export type { Socket, SocketClass } from "./connection.js";
export type { Identity } from "./door.js";
export { FrontageProvider } from "./provider.js";
export type { Channel, Sharing } from "./shared.js";
export type { Notice, Surroundings } from "./surroundings.js";
