/** The texts of the console's operator's half. */
import { defineWords, type Language } from "./words.ts";

export type OperateWords = (typeof operateWords)["en"];

const locales = { en: "en-GB", ko: "ko-KR", ja: "ja-JP" } as const satisfies Record<Language, string>;

/** What `units` are: day, hour, minute, second, and what stands between two of them and before the first. */
function formats(language: Language, units: readonly [string, string, string, string], space: string) {
  const locale = locales[language];
  const whole = new Intl.NumberFormat(locale);
  const small = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
  const day = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
  const [d, h, m, s] = units;
  const span = (ms: number): string => {
    const seconds = Math.round(ms / 1_000);
    const parts = [
      [Math.floor(seconds / 86_400), d],
      [Math.floor(seconds / 3_600) % 24, h],
      [Math.floor(seconds / 60) % 60, m],
      [seconds % 60, s],
    ] as const;
    const from = parts.findIndex(([n]) => n > 0);
    if (from < 0) return `0${space}${s}`;
    return parts
      .slice(from, from + 2)
      .filter(([n]) => n > 0)
      .map(([n, unit]) => `${n}${space}${unit}`)
      .join(" ");
  };
  return {
    number: (value: number): string => whole.format(value),
    /** Per second. */
    rate: (value: number): string => (value < 10 ? small : whole).format(value),
    ms: (value: number): string => `${(value < 10 ? small : whole).format(value)} ms`,
    /** How long, in its two largest units. */
    span,
    spanOr: (ms: number | undefined): string => (ms === undefined ? "–" : span(ms)),
    bytes: (value: number): string => (value < 1_024 ? `${value} B` : `${small.format(value / 1_024)} KiB`),
    time: (at: number): string => time.format(at),
    clock: (at: number): string => clock.format(at),
    timeAndDay: (at: number): string => day.format(at),
  };
}

const count = (one: string, many: string) => (n: number) => `${n} ${n === 1 ? one : many}`;

export const operateWords = defineWords(
  {
    ...formats("en", ["d", "h", "min", "s"], " "),
    parts: "Parts of the operator's page",
    tab_overview: "Overview",
    tab_rooms: "Rooms",
    tab_actors: "Room actors",
    tab_members: "Members",
    tab_projectors: "Projectors",
    tab_letters: "Dead letters",
    tab_connections: "Connections",
    loading: "One moment …",
    none: "–",
    yes: "yes",
    no: "no",
    andMore: (n: number) => `and ${n} more`,
    sortBy: "Sort by",

    asOf: (time: string, age: string) => `As of ${time}, ${age} ago`,
    againIn: (span: string) => `asks again in ${span}`,
    tokenExpired: "Your token has expired.",
    tokenBad: "Your token is not good here.",
    notOperator: "Your token is good, but it does not say that you operate this site.",
    gone: "There is none such any more.",
    refused: (status: number, message: string) => `The gateway says: ${message === "" ? status : message}`,
    away: "The gateway does not answer.",
    notLetIn: "This part is for operators",
    visitorsMayNot: "You are here as a visitor without a token.",
    howToGetIn: "A token that says so lets you in: paste one here.",
    tokenHint: "At the server's terminal one is made with: npm run token -- NAME owner --operator",

    kind_room: "room service",
    kind_gateway: "gateway",
    kind_persistence: "persistence",

    troubles: "What is wrong",
    troublesCounted: "troubles",
    allWell: "Nothing, as far as the services know.",
    bad: "Broken",
    warn: "Look",
    see: (tab: string) => `See ${tab}`,
    trouble_missing: (kind: string, member: string) =>
      `The ${kind} ${member} is alive and does not answer: what it knows is not shown.`,
    trouble_none: (kind: string) => `There is no ${kind}.`,
    trouble_withoutNats: (name: string) => `The gateway ${name} has lost NATS.`,
    trouble_storeAway: (member: string) => `The database does not answer ${member}.`,
    trouble_notReady: (kind: string, member: string) => `The ${kind} ${member} is not ready.`,
    trouble_quarantined: (room: string, error: string) =>
      `The room ${room} is in quarantine${error === "" ? "" : ` after ${error}`}: nobody can speak there.`,
    trouble_restarting: (room: string, n: number) => `The room ${room} has failed and is started again (restarts: ${n}).`,
    trouble_unprojected: (stream: string) => `Nobody stores the stream ${stream}.`,
    trouble_lost: (stream: string, n: number) => `The log has lost ${n} events of the stream ${stream}.`,
    trouble_differs: (missing: number, different: number) =>
      `The audit found rows that the store lacks (${missing}) or that differ from the log (${different}).`,
    trouble_paused: (stream: string) => `The projector of ${stream} waits for the store or the log.`,
    trouble_lags: (stream: string, records: string, span: string) =>
      `The store is behind with ${stream}: ${records} records, ${span}.`,
    trouble_slow: (room: string, ms: string) => `Comments in ${room} take up to ${ms} to commit.`,
    trouble_deadLetters: (n: number) => `There ${n === 1 ? "is 1 dead letter" : `are ${n} dead letters`}.`,
    trouble_unaudited: "Nobody compares the store with the log.",

    now: "Now",
    commentsPerS: "Comments a second",
    viewers: "Viewers",
    commits: "Commit latency",
    lag: "Projector lag",
    records: (n: string) => `${n} records`,
    connections: "Connections",
    onGateways: (n: number) => `on ${count("gateway", "gateways")(n)}`,
    roomsAwake: "Rooms awake",
    inServices: (n: number) => `in ${count("service", "services")(n)}`,
    waiting: "Waiting in mailboxes",
    waitingMost: (n: number) => `fullest: ${n}`,
    deadLetters: "Dead letters",
    lastMinutes: "The last 10 minutes",
    of: "of",
    allRooms: "all rooms",
    chartsAbout:
      "Comments, viewers and latency are of the 50 busiest rooms: p50 is the middle of all their comments, p99 the slowest room's. Lag is that of the stream that is furthest behind.",
    roomChartsAbout:
      "Lag is that of the stream that the room's log is in. Where a line is missing, the room was not among the 50 busiest.",
    chartInWords: (name: string, now: string, least: string, most: string) =>
      `${name}: now ${now}, least ${least}, most ${most}.`,
    asTable: "As a table",
    atTime: "Time",
  },
  {
    ko: {
      ...formats("ko", ["일", "시간", "분", "초"], ""),
      parts: "운영 화면의 부분",
      tab_overview: "전체",
      tab_rooms: "방",
      tab_actors: "방 액터",
      tab_members: "멤버",
      tab_projectors: "프로젝터",
      tab_letters: "데드 레터",
      tab_connections: "연결",
      loading: "잠시만요 …",
      none: "–",
      yes: "예",
      no: "아니요",
      andMore: (n) => `외 ${n}건`,
      sortBy: "정렬",

      asOf: (time, age) => `${time} 기준, ${age} 전`,
      againIn: (span) => `${span} 뒤에 다시 시도합니다`,
      tokenExpired: "토큰이 만료되었습니다.",
      tokenBad: "이 토큰은 여기서 쓸 수 없습니다.",
      notOperator: "토큰은 유효하지만 이 사이트의 운영자라는 내용이 없습니다.",
      gone: "이미 없습니다.",
      refused: (status, message) => `게이트웨이의 응답: ${message === "" ? status : message}`,
      away: "게이트웨이가 응답하지 않습니다.",
      notLetIn: "운영자 전용입니다",
      visitorsMayNot: "토큰 없이 방문자로 들어와 있습니다.",
      howToGetIn: "운영자 토큰이 있으면 여기에 붙여 넣으세요.",
      tokenHint: "서버 터미널에서 만들 수 있습니다: npm run token -- NAME owner --operator",

      kind_room: "방 서비스",
      kind_gateway: "게이트웨이",
      kind_persistence: "저장 서비스",

      troubles: "문제",
      troublesCounted: "건의 문제",
      allWell: "서비스가 아는 한 문제가 없습니다.",
      bad: "장애",
      warn: "주의",
      see: (tab) => `${tab} 보기`,
      trouble_missing: (kind, member) => `${kind} ${member} — 살아 있지만 응답하지 않아, 그쪽 정보가 빠져 있습니다.`,
      trouble_none: (kind) => `${kind} — 하나도 없습니다.`,
      trouble_withoutNats: (name) => `게이트웨이 ${name} — NATS와 연결이 끊겼습니다.`,
      trouble_storeAway: (member) => `${member} — 데이터베이스가 응답하지 않습니다.`,
      trouble_notReady: (kind, member) => `${kind} ${member} — 준비되지 않았습니다.`,
      trouble_quarantined: (room, error) =>
        `방 ${room} — 격리되었습니다${error === "" ? "" : ` (${error})`}. 아무도 댓글을 쓸 수 없습니다.`,
      trouble_restarting: (room, n) => `방 ${room} — 오류가 나서 다시 시작하는 중입니다 (재시작 ${n}회).`,
      trouble_unprojected: (stream) => `스트림 ${stream} — 저장하는 곳이 없습니다.`,
      trouble_lost: (stream, n) => `스트림 ${stream} — 로그에서 이벤트 ${n}건이 사라졌습니다.`,
      trouble_differs: (missing, different) => `감사 결과: 저장소에 없는 행 ${missing}건, 로그와 다른 행 ${different}건.`,
      trouble_paused: (stream) => `${stream}의 프로젝터가 저장소나 로그를 기다리고 있습니다.`,
      trouble_lags: (stream, records, span) => `${stream}의 저장이 밀려 있습니다: ${records}건, ${span}.`,
      trouble_slow: (room, ms) => `${room}의 댓글 커밋이 최대 ${ms} 걸립니다.`,
      trouble_deadLetters: (n) => `데드 레터가 ${n}건 있습니다.`,
      trouble_unaudited: "저장소와 로그를 비교하는 곳이 없습니다.",

      now: "현재",
      commentsPerS: "초당 댓글",
      viewers: "시청자",
      commits: "커밋 지연",
      lag: "프로젝터 지연",
      records: (n) => `${n}건`,
      connections: "연결",
      onGateways: (n) => `게이트웨이 ${n}개`,
      roomsAwake: "깨어 있는 방",
      inServices: (n) => `서비스 ${n}개`,
      waiting: "메일박스 대기",
      waitingMost: (n) => `최대 ${n}`,
      deadLetters: "데드 레터",
      lastMinutes: "지난 10분",
      of: "대상",
      allRooms: "모든 방",
      chartsAbout:
        "댓글, 시청자, 지연은 가장 붐비는 방 50개의 값입니다. p50은 그 방들의 댓글 전체의 중간값, p99는 가장 느린 방의 값입니다. 프로젝터 지연은 가장 밀린 스트림의 값입니다.",
      roomChartsAbout:
        "프로젝터 지연은 이 방의 로그가 있는 스트림의 값입니다. 선이 끊긴 곳에서는 가장 붐비는 방 50개에 들지 않았습니다.",
      chartInWords: (name, now, least, most) => `${name}: 현재 ${now}, 최소 ${least}, 최대 ${most}.`,
      asTable: "표로 보기",
      atTime: "시각",
    },
    ja: {
      ...formats("ja", ["日", "時間", "分", "秒"], ""),
      parts: "運用画面の項目",
      tab_overview: "概要",
      tab_rooms: "ルーム",
      tab_actors: "アクター",
      tab_members: "メンバー",
      tab_projectors: "プロジェクター",
      tab_letters: "デッドレター",
      tab_connections: "接続",
      loading: "少々お待ちください …",
      none: "–",
      yes: "はい",
      no: "いいえ",
      andMore: (n) => `ほか ${n} 件`,
      sortBy: "並べ替え",

      asOf: (time, age) => `${time} 時点（${age}前）`,
      againIn: (span) => `${span}後に再試行します`,
      tokenExpired: "トークンの有効期限が切れています。",
      tokenBad: "このトークンはここでは使えません。",
      notOperator: "トークンは有効ですが、このサイトの運用者だとは書かれていません。",
      gone: "もうありません。",
      refused: (status, message) => `ゲートウェイの応答：${message === "" ? status : message}`,
      away: "ゲートウェイが応答しません。",
      notLetIn: "運用者専用です",
      visitorsMayNot: "トークンなしの訪問者として開いています。",
      howToGetIn: "運用者のトークンがあれば、ここに貼り付けてください。",
      tokenHint: "サーバーの端末で作れます：npm run token -- NAME owner --operator",

      kind_room: "ルームサービス",
      kind_gateway: "ゲートウェイ",
      kind_persistence: "保存サービス",

      troubles: "問題",
      troublesCounted: "件の問題",
      allWell: "サービスが知る限り、問題はありません。",
      bad: "障害",
      warn: "注意",
      see: (tab) => `${tab}を見る`,
      trouble_missing: (kind, member) => `${kind} ${member} は動いていますが応答せず、その情報は表示されていません。`,
      trouble_none: (kind) => `${kind}が一つもありません。`,
      trouble_withoutNats: (name) => `ゲートウェイ ${name} が NATS との接続を失いました。`,
      trouble_storeAway: (member) => `${member} にデータベースが応答しません。`,
      trouble_notReady: (kind, member) => `${kind} ${member} は準備ができていません。`,
      trouble_quarantined: (room, error) =>
        `ルーム ${room} は隔離されています${error === "" ? "" : `（${error}）`}。誰もコメントできません。`,
      trouble_restarting: (room, n) => `ルーム ${room} は失敗し、再起動中です（再起動 ${n} 回）。`,
      trouble_unprojected: (stream) => `ストリーム ${stream} を保存するものがありません。`,
      trouble_lost: (stream, n) => `ストリーム ${stream} のログからイベントが ${n} 件失われました。`,
      trouble_differs: (missing, different) => `監査の結果：保存先にない行 ${missing} 件、ログと異なる行 ${different} 件。`,
      trouble_paused: (stream) => `${stream} のプロジェクターが保存先かログを待っています。`,
      trouble_lags: (stream, records, span) => `${stream} の保存が遅れています：${records} 件、${span}。`,
      trouble_slow: (room, ms) => `${room} のコメントの確定に最大 ${ms} かかっています。`,
      trouble_deadLetters: (n) => `デッドレターが ${n} 件あります。`,
      trouble_unaudited: "保存先とログを比べるものがありません。",

      now: "現在",
      commentsPerS: "毎秒のコメント",
      viewers: "視聴者",
      commits: "確定までの時間",
      lag: "プロジェクターの遅れ",
      records: (n) => `${n} 件`,
      connections: "接続",
      onGateways: (n) => `ゲートウェイ ${n} 台`,
      roomsAwake: "起きているルーム",
      inServices: (n) => `サービス ${n} 台`,
      waiting: "メールボックスの待ち",
      waitingMost: (n) => `最大 ${n}`,
      deadLetters: "デッドレター",
      lastMinutes: "直近 10 分",
      of: "対象",
      allRooms: "すべてのルーム",
      chartsAbout:
        "コメント、視聴者、時間は最もにぎやかな 50 ルームの値です。p50 はその全コメントの中央値、p99 は最も遅いルームの値です。遅れは最も遅れているストリームの値です。",
      roomChartsAbout:
        "遅れはこのルームのログがあるストリームの値です。線が途切れたところでは、最もにぎやかな 50 ルームに入っていませんでした。",
      chartInWords: (name, now, least, most) => `${name}：現在 ${now}、最小 ${least}、最大 ${most}。`,
      asTable: "表で見る",
      atTime: "時刻",
    },
  },
);
