export { type Given, type Handler, HandlerTooSlow } from "./delivery.ts";
export { type SubscriberNews, tellOf } from "./news.ts";
export { isForViewers, type RoomEvent } from "./room-event.ts";
export { NewerRecord } from "./stream-follower.ts";
export type { Start } from "./stream-place.ts";
export { type FollowOptions, Subscriber, type SubscriberOptions } from "./subscriber.ts";
