/** What is said and done in the demo: a small concert, scene by scene, as its host and its audience live it. It knows no socket and no clock. */

/** `at`: ms from the beginning of the scene. `by`: one of the audience, by number. */
export type Moment =
  | { readonly kind: "say"; readonly at: number; readonly by: number; readonly text: string }
  | { readonly kind: "host"; readonly at: number; readonly text: string; readonly pin: boolean }
  | { readonly kind: "hearts"; readonly at: number; readonly by: number; readonly heart: string; readonly count: number }
  | { readonly kind: "gift"; readonly at: number; readonly by: number; readonly amount: number };

export const host = { user: "demo-host", name: "마당지기 Madang" };

export const audience = [
  ...[
    "민지",
    "서준",
    "하은",
    "지호",
    "yuna",
    "Leo",
    "さくら",
    "현우",
    "수아",
    "Max",
    "은비",
    "태오",
    "Mina",
    "도윤",
    "Haru",
    "Grace",
  ],
].map((name, index) => ({ user: `demo-${index + 1}`, name }));

export const title = "마당 콘서트 · A night in the courtyard (demo)";

/** What somebody of the audience answers to a newcomer who speaks. */
export const welcomes = [
  "어서 오세요! 👋",
  "Welcome! We are bots, but the chat is real 🙂",
  "ようこそ！",
  "반가워요, 자리는 많아요 🌿",
  "Hi there! Try the hearts, too",
];

interface Scene {
  readonly host: string;
  readonly pins?: true;
  /** Said now and then, each once. */
  readonly murmur: readonly string[];
  /** All at once, when it happens on the stage. */
  readonly burst: readonly string[];
  readonly question?: readonly [question: string, answer: string];
  /** In won. */
  readonly gift?: number;
}

const scenes: readonly Scene[] = [
  {
    host: "안녕하세요, 마당에 오신 걸 환영합니다! Welcome to the courtyard. 오늘은 네 곡을 들려드려요. 질문은 언제든지!",
    pins: true,
    murmur: [
      "안녕하세요~",
      "드디어 시작!",
      "hello from Busan 👋",
      "퇴근하고 바로 왔어요",
      "첫 방문이에요",
      "こんばんは",
      "소리 잘 들려요",
      "hi everyone",
      "오늘 몇 곡 해요?",
      "조명 예쁘다",
      "where is everybody watching from?",
      "서울이요!",
      "Lisbon, it is noon here",
      "大阪から見てます",
      "화면도 깨끗해요",
      "치킨 시켰다 🍗",
    ],
    burst: ["와아아아아", "시작이다!!", "👏👏👏", "let's go", "기다렸어요 ㅠㅠ", "🔥🔥", "はじまった！", "두근두근"],
    question: ["지금 몇 분쯤 진행해요?", "한 시간 정도예요. About an hour, with a break."],
  },
  {
    host: "첫 곡, ‘비 오는 골목’입니다. Our first song: An alley in the rain 🌧️",
    murmur: [
      "기타 소리 좋다",
      "이 노래 처음 들어요",
      "the guitar tone is so warm",
      "목소리 미쳤다",
      "가사가 좋네요",
      "いい曲",
      "비 오는 날 들으면 울겠다",
      "adding this to my list",
      "드럼 누구예요?",
      "박자 좋다",
      "헤드폰 쓰고 듣는 중 🎧",
      "소름",
      "this part!",
      "잔잔하다",
      "고양이도 같이 듣고 있어요",
      "what is it called in English?",
    ],
    burst: ["와 고음", "that high note!!", "소름 돋았어", "😭😭", "대박", "최고예요", "すごい", "❤️❤️❤️", "GOAT"],
    question: ["지금 무슨 곡이에요?", "‘비 오는 골목’이에요. It is An alley in the rain, from the first album."],
    gift: 5_000,
  },
  {
    host: "고마워요! 댓글 읽고 있어요. Thank you, we read every comment. 다음 곡은 여러분이 골라 주세요: 1번 ‘바람’, 2번 ‘별자리’",
    pins: true,
    murmur: [
      "1",
      "2번이요!",
      "2",
      "바람 바람 바람",
      "2 please",
      "별자리 ✨",
      "1번!!",
      "2ですね",
      "둘 다 해 주세요 ㅋㅋㅋ",
      "both? 😄",
      "2번에 한 표",
      "난 1번",
      "별자리 듣고 싶어요",
      "two two two",
      "투표 진짜 빠르다",
      "2가 이기겠네",
    ],
    burst: ["2", "2", "별자리!!", "1", "2", "2!!", "바람도 좋아", "2 ✨", "two!", "2"],
    question: ["앨범은 어디서 사요?", "공연이 끝나면 링크를 올릴게요. We will post a link after the show."],
  },
  {
    host: "‘별자리’로 갑니다! Constellations it is ✨",
    murmur: [
      "예쁘다",
      "불 꺼진 거 봐",
      "the lights!",
      "피아노가 별 같아",
      "きれい…",
      "이 부분 가사 뭐예요?",
      "눈 감고 듣는 중",
      "so calm",
      "여기서 화음 들어온다",
      "합창 좋아요",
      "goosebumps",
      "오늘 컨디션 좋으신 듯",
      "혼자 보기 아깝다",
      "sent this to my sister",
      "동생이랑 같이 보는 중",
      "라이브가 더 좋네",
    ],
    burst: ["✨✨✨", "와…", "울어요 진짜", "wow", "화음 미쳤다", "💜💜", "泣いた", "앵콜!", "더 크게!"],
    gift: 30_000,
  },
  {
    host: "마지막 곡까지 함께해 주셔서 고맙습니다. Thank you for staying. 앵콜은 3분 뒤에!",
    pins: true,
    murmur: [
      "벌써요?",
      "already?!",
      "시간 순삭",
      "앵콜 기다립니다",
      "encore!!",
      "아쉽다",
      "다음 공연 언제예요?",
      "물 마시고 올게요",
      "おつかれさまでした",
      "고생하셨어요",
      "see you all next week",
      "채팅도 재미있었어요",
      "순서가 안 꼬이네 이 채팅",
      "no lag at all here",
      "다시 보기 있어요?",
      "알림 켰어요 🔔",
    ],
    burst: [
      "앵콜",
      "앵콜앵콜",
      "encore!",
      "アンコール！",
      "👏👏👏👏",
      "앵콜!!!",
      "one more!",
      "🔥🔥🔥",
      "앵콜 ㅠㅠ",
      "ㅋㅋㅋ 다 같이 앵콜",
    ],
    question: ["다시 볼 수 있나요?", "네, 댓글까지 그대로 다시 볼 수 있어요. Yes, comments and all."],
  },
];

/** What is said at any time. */
const anyTime = [
  ...[
    "ㅋㅋㅋㅋ",
    "👏",
    "🔥",
    "좋다",
    "최고",
    "❤️",
    "대박",
    "nice",
    "ㅠㅠ",
    "✨",
    "so good",
    "최고예요",
    "かわいい",
    "👍",
    "헐",
    "와",
    "hahaha",
  ],
  ...[
    "오늘 최고인데",
    "I love this crowd",
    "채팅 진짜 빠르다",
    "옆집에도 들리게 틀었어요",
    "楽しい",
    "🫶🏽",
    "음질 무엇",
    "반가워요 다들",
  ],
];

const hearts = ["❤️", "❤️", "❤️", "💜", "🔥", "👏"];
/** What is said with a gift. */
export const thanks = ["늘 응원합니다!", "Thank you for the music", "앨범도 살게요"];

export const sceneMs = 36_000;

/** The scene of that number, over and over; with other words in between each time. `random`: from 0, up to and not 1. */
export function sceneOf(number: number, random: () => number): Moment[] {
  const scene = scenes[number % scenes.length] as Scene;
  const int = (n: number) => Math.floor(random() * n);
  const someone = () => int(audience.length);
  const burstAt = 14_000 + int(6_000);
  const moments: Moment[] = [{ kind: "host", at: 500, text: scene.host, pin: scene.pins === true }];
  const say = (at: number, text: string) => moments.push({ kind: "say", at, by: someone(), text });
  const step = (sceneMs - 2_000) / scene.murmur.length;
  for (const [index, text] of shuffled(scene.murmur, int).entries()) say(1_500 + (index + random()) * step, text);
  for (let at = 3_000; at < sceneMs - 1_000; at += 600 + int(1_000)) say(at, anyTime[int(anyTime.length)] ?? "👏");
  for (const text of scene.burst) say(burstAt + random() * 2_500, text);
  if (scene.question !== undefined) {
    const [question, answer] = scene.question;
    const at = 25_000 + int(5_000);
    say(at, question);
    moments.push({ kind: "host", at: at + 3_500, text: answer, pin: false });
  }
  if (scene.gift !== undefined) moments.push({ kind: "gift", at: burstAt + 3_000, by: someone(), amount: scene.gift });
  for (let at = 2_000; at < sceneMs - 1_000; at += 700) {
    const isBurst = at > burstAt && at < burstAt + 6_000;
    if (!isBurst && random() < 0.45) continue;
    const count = 1 + int(isBurst ? 12 : 3);
    moments.push({ kind: "hearts", at, by: someone(), heart: hearts[int(hearts.length)] ?? "❤️", count });
  }
  return moments.map((moment) => ({ ...moment, at: Math.round(moment.at) })).sort((a, b) => a.at - b.at);
}

function shuffled<T>(list: readonly T[], int: (n: number) => number): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(int(left.length), 1));
}
