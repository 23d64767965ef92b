/** Which rooms are watched, on all gateways: one asks, every one answers. */
import type { Bus } from "@madang/bus";
import {
  ChannelsQuery,
  ChannelsReply,
  decodeJson,
  encodeJson,
  limits,
  type MemberId,
  type RoomId,
  subjects,
  type WatchedChannel,
} from "@madang/contracts";
import type { Hub } from "./hub.ts";
import type { Followed } from "./room-now.ts";

export interface ChannelsSurveyOptions {
  self: MemberId;
  bus: Pick<Bus, "subscribe" | "survey">;
  hub: Pick<Hub, "get" | "feeds">;
  gateways: () => number;
}

export class ChannelsSurvey {
  readonly #options: ChannelsSurveyOptions;

  constructor(options: ChannelsSurveyOptions) {
    this.#options = options;
    options.bus.subscribe(subjects.channels, (message) => {
      const { room } = decodeJson(ChannelsQuery, message.data);
      message.respond(encodeJson({ v: 1, member: options.self, channels: this.#here(room) } satisfies ChannelsReply));
    });
  }

  /** Of every gateway that answers in time, those with most viewers first. Without a room: of all that are watched. */
  async of(room?: RoomId): Promise<WatchedChannel[]> {
    const { bus, gateways } = this.#options;
    const query: ChannelsQuery = { v: 1, ...(room === undefined ? {} : { room }) };
    const survey = { timeoutMs: limits.presenceSurveyMs, expected: gateways() };
    const answers = await bus.survey(subjects.channels, encodeJson(query), survey);
    const channels = new Map<RoomId, WatchedChannel>();
    for (const part of answers.flatMap((answer) => decodeJson(ChannelsReply, answer).channels)) {
      const known = channels.get(part.room);
      channels.set(part.room, known === undefined ? part : together(known, part));
    }
    return [...channels.values()].sort(byClients);
  }

  #here(room: RoomId | undefined): WatchedChannel[] {
    const { hub } = this.#options;
    const asked = room === undefined ? [...hub.feeds()] : [hub.get(room)].filter((feed) => feed !== undefined);
    const watched = asked.filter(({ audience }) => audience > 0).sort((a, b) => b.audience - a.audience);
    const channels: WatchedChannel[] = [];
    let bytes = 0;
    for (const feed of watched.slice(0, limits.channelsListed)) {
      const { counters }: Followed = feed;
      const infos = feed.infos();
      const users = new Set(infos.map(({ user }) => user)).size;
      const channel = { room: feed.room, clients: infos.length, users, ...(counters === undefined ? {} : { counters }) };
      bytes += Buffer.byteLength(JSON.stringify(channel));
      if (bytes > limits.channelsBytes) break;
      channels.push(channel);
    }
    return channels;
  }
}

/** Users are counted once per gateway: the counters know better. */
function together(one: WatchedChannel, other: WatchedChannel): WatchedChannel {
  const counters = one.counters ?? other.counters;
  const [clients, users] = [one.clients + other.clients, one.users + other.users];
  return { room: one.room, clients, users, ...(counters === undefined ? {} : { counters }) };
}

const byClients = (a: WatchedChannel, b: WatchedChannel) => b.clients - a.clients;
