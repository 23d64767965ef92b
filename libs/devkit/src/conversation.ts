/**
 * A broadcast's chat, made from a seed and word lists in the shape of public transcripts: a few who talk all the time and many who
 * talk once, a steady murmur with bursts when something happens on stage, emoji, laughter, links, repeated cheers, now and then a
 * long line. LINE LIVE's figure is 30,000 comments in a minute of one stream.
 */
import { type Random, seeded } from "./random.ts";

export interface Comment {
  /** When it is said, ms from the start. Rising. */
  readonly at: number;
  readonly user: string;
  readonly id: string;
  readonly text: string;
}

export interface ConversationOptions {
  seed: number;
  comments: number;
  users: number;
  durationMs: number;
}

const openers = [
  "안녕하세요",
  "드디어 시작",
  "hello from Busan",
  "첫 방문이에요",
  "와 기다렸다",
  "hi everyone",
  "こんばんは",
  "퇴근하고 바로 왔어요",
];
const cheers = [
  "앵콜",
  "와아아아아",
  "대박",
  "미쳤다",
  "사랑해요",
  "let's go",
  "encore",
  "かわいい",
  "최고",
  "ㅠㅠㅠㅠ",
  "ㅋㅋㅋㅋㅋ",
  "GOAT",
];
const emoji = ["❤️", "🔥", "👏", "😂", "😭", "🎉", "💜", "👨‍👩‍👧‍👦", "🇰🇷", "✨", "🥹", "🫶🏽"];
const nouns = [
  "노래",
  "무대",
  "조명",
  "의상",
  "음향",
  "기타",
  "드럼",
  "춤",
  "the bridge",
  "this song",
  "that high note",
  "화질",
  "카메라",
  "앨범",
];
const remarks = [
  "정말 좋다",
  "소름 돋았어",
  "sounds amazing",
  "다시 보고 싶다",
  "is unreal",
  "오늘 최고인데",
  "눈물 나",
  "가 안 들려요",
  "looks so good",
  "몇 번을 봐도 좋네",
];
const questions = [
  "지금 무슨 곡이에요?",
  "what song is this?",
  "다음 곡 뭐예요?",
  "어디서 사요?",
  "how long is the show?",
  "몇 시까지 해요?",
];
const links = ["https://example.com/tickets?ref=chat&lang=ko", "https://example.org/setlist#3", "https://example.net/앨범/2집"];
const names = [
  "민지",
  "서준",
  "하은",
  "지호",
  "yuna",
  "leo",
  "さくら",
  "현우",
  "수아",
  "max",
  "은비",
  "태오",
  "mina",
  "도윤",
  "haru",
];

export function conversation({ seed, comments, users, durationMs }: ConversationOptions): Comment[] {
  const random = seeded(seed);
  const crowd = Array.from({ length: users }, (_, i) => `${random.pick(names)}${i}`);
  return times(random, comments, durationMs).map((at, index) => ({
    at,
    // Squared, so that a tenth of the crowd says a third of it all.
    user: crowd[Math.floor(random.next() ** 2 * users)] ?? "someone",
    id: `c${seed}-${index}`,
    text: line(random),
  }));
}

/** A third of all in a dozen bursts of two seconds, the rest spread evenly. */
function times(random: Random, count: number, durationMs: number): number[] {
  const bursts = Array.from({ length: 12 }, () => random.next() * durationMs);
  return Array.from({ length: count }, () => {
    const at = random.chance(1 / 3) ? random.pick(bursts) + random.next() * 2_000 : random.next() * durationMs;
    return Math.floor(Math.min(at, durationMs - 1));
  }).sort((a, b) => a - b);
}

function line(random: Random): string {
  const kind = random.next();
  if (kind < 0.3) return random.pick(cheers).repeat(1 + random.int(3)) + random.pick(emoji).repeat(random.int(4));
  if (kind < 0.45) return random.pick(emoji).repeat(1 + random.int(8));
  if (kind < 0.55) return random.pick(openers);
  if (kind < 0.63) return random.pick(questions);
  if (kind < 0.65) return `${random.pick(nouns)}: ${random.pick(links)}`;
  if (kind < 0.67)
    return Array.from({ length: 12 + random.int(30) }, () => `${random.pick(nouns)} ${random.pick(remarks)}`).join(", ");
  return `${random.pick(nouns)} ${random.pick(remarks)}${random.chance(0.3) ? ` ${random.pick(emoji)}` : ""}`;
}
