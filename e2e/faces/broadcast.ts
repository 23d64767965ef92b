// A broadcast for tests of the pages: the whole system in one process, a room in it, and people who talk there.
import type { Centrifuge } from "centrifuge";
import { type Site, secrets, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { connected, tokenFor } from "../support/viewer.ts";

export interface Broadcast extends AsyncDisposable {
  /** Since the last start. */
  readonly site: Site;
  readonly room: string;
  /** The live page's address; of somebody with a token if there are claims. */
  page(options?: { token?: string; room?: string }): string;
  api(method: "GET" | "PUT" | "POST", path: string, body?: object): Promise<{ [key: string]: unknown }>;
  /** Says something as the user of that name; `more` is further data, `room` another room. */
  say(user: string, text: string, options?: { more?: object; room?: string }): Promise<number>;
  /** `kill -9` of all of it. */
  kill(): Promise<void>;
  /** At the same address, with what it remembers. */
  restart(): Promise<void>;
  /** A conversation with all that a chat has. */
  fill(): Promise<void>;
}

export const tokenOf = (user: string, claims: object = {}) => tokenFor(user, { info: { name: user }, ...claims });

export async function broadcast(fields: object = {}, environment: Record<string, string> = {}): Promise<Broadcast> {
  const data = temporaryFolder();
  let site = await startAllInOne(data.path, environment);
  const room = "live:concert";
  const people = new Map<string, Centrifuge>();
  const base = `http://${site.authority}`;
  let gifts = 0;
  const live: Broadcast = {
    get site() {
      return site;
    },
    room,
    page({ token, room: other = room } = {}) {
      return `${base}/live?room=${encodeURIComponent(other)}${token === undefined ? "" : `#token=${token}`}`;
    },
    async api(method, path, body) {
      const response = await fetch(`${base}/api${path}`, {
        method,
        headers: { "x-api-key": secrets.MADANG_API_KEY, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as { [key: string]: unknown };
    },
    async say(user, text, { more = {}, room: other = room } = {}) {
      const client = people.get(user) ?? (await connected(site.socketUrl, { user, claims: { info: { name: user } } }));
      people.set(user, client);
      const message = { channel: other, id: crypto.randomUUID(), data: { text, ...more } };
      const { data } = (await client.rpc("send", message)) as { data: { offset?: number; refused?: { message: string } } };
      if (data.offset === undefined) throw new Error(`refused: ${data.refused?.message}`);
      return data.offset;
    },
    kill: () => site.kill(),
    async restart() {
      const [, port = ""] = site.authority.split(":");
      site = await startAllInOne(data.path, { ...environment, MADANG_HTTP_PORT: port });
    },
    async fill() {
      for (let round = 0; round < 3; round++) for (const [user, text] of talk) await live.say(user, text);
      const pinned = await live.say("김밴드 공식", "오늘 공연은 9시 30분까지 이어집니다. 신청곡은 댓글로 남겨 주세요 🎵");
      await live.api("POST", `/rooms/${room}/actions`, { id: "pin-1", type: "pin", offset: pinned });
      await live.api("POST", `/rooms/${room}/gifts`, {
        id: `gift-${gifts++}`,
        user: "하늘바다",
        amount: 10_000,
        currency: "KRW",
        data: { name: "하늘바다", text: "앨범 잘 듣고 있어요. 늘 응원합니다!" },
      });
      for (const [user, text] of talk.slice(0, 6)) await live.say(user, text);
      await live.say("박서준", "앵콜! 앵콜! 앵콜!");
      const hearts = await connected(site.socketUrl, { user: "hearts" });
      await hearts.rpc("hearts", { channel: room, id: crypto.randomUUID(), count: 87 });
      hearts.disconnect();
    },
    async [Symbol.asyncDispose]() {
      for (const person of people.values()) person.disconnect();
      await site.stop();
      data[Symbol.dispose]();
    },
  };
  await live.api("PUT", `/rooms/${room}`, { title: "가을밤 작은 콘서트", ...fields });
  return live;
}

const talk = [
  ["김민지", "안녕하세요~ 부산에서 보고 있어요"],
  ["이도윤", "와 시작했다!! 오늘 진짜 기다렸어요"],
  ["さくら", "日本からも見てます！こんばんは〜"],
  ["박서준", "1집 타이틀곡도 불러 주실 수 있나요? 결혼식 때 축가로 들었던 노래라 저희 부부한테는 정말 특별한 곡이에요"],
  ["Emma", "Sound is so clear tonight, greetings from Berlin"],
  ["최수아", "목소리 너무 좋다 ㅠㅠ"],
  ["정하은", "ㅋㅋㅋㅋㅋㅋ 멘트 왜 이렇게 웃겨요"],
  ["윤지호", "👏👏👏"],
] as const;
