// Banned words as people write them to get past a list, each by its kind. Tests count how many are found; docs/moderation.md states it.
import type { WordList } from "@madang/contracts";

/** Mild words, one that is not, and some that nobody uses: glorp, zankle, 뚜걸. */
export const banned: WordList = {
  v: 1,
  rules: [
    ...["fuck", "shit", "bitch", "damn", "ass", "idiot", "glorp", "zankle"].map(
      (pattern) => ({ pattern, match: "word", action: "mask" }) as const,
    ),
    ...["시발", "병신", "뚜걸"].map((pattern) => ({ pattern, match: "substring", action: "mask" }) as const),
    ...["바보", "멍청이", "ㅅㅂ"].map((pattern) => ({ pattern, match: "word", action: "mask" }) as const),
  ],
  allow: ["시발점", "시발역", "시발자동차", "병신년", "출발시발"],
};

/** Written before and while the rules of matching were made. */
export const evasions: Readonly<Record<string, readonly string[]>> = {
  case: ["FUCK", "ShIt", "gLoRp you", "IDIOT"],
  "zero-width": ["f\u200buck", "gl\u200do\u200crp", "시\u200b발", "바\u2060보", "dam\u00adn", "시\u3164발"],
  "full-width and styled": ["ｆｕｃｋ", "𝓰𝓵𝓸𝓻𝓹", "𝗱𝗮𝗺𝗻", "ⓩⓐⓝⓚⓛⓔ", "🄸🄳🄸🄾🅃", "🅵🆄🅲🅺", "🇸 🇭 🇮 🇹"],
  Cyrillic: ["fuсk", "ѕhіt", "ԁаmn", "ІDІОТ", "glоrр that", "Віtсh"],
  Greek: ["ιdιοτ", "αss", "ΒΙΤCΗ", "glοrρ", "zαnκle"],
  spacing: [
    "f u c k",
    "f.u.c.k",
    "s-h-i-t",
    "g_l_o_r_p",
    "시 발",
    "병.신",
    "바 보",
    "you are a d a m n fool",
    "ㅅ ㅂ",
    "f  u  c  k",
  ],
  inserted: ["시1발", "시1발놈아", "병^^신", "fu*ck", "shi.t", "뚜♡걸"],
  "combining marks": [
    "f\u0336u\u0336c\u0336k\u0336",
    "shít",
    "g\u0323l\u0307orp",
    "dàmñ",
    "f\u20ddu\u20ddc\u20ddk",
    "바\u0336보\u0336",
  ],
  "Hangul jamo": [
    "ㅅㅣㅂㅏㄹ",
    "시ㅂㅏㄹ",
    "시바ㄹ",
    "\u1109\u1175\u1107\u1161\u11af",
    "ㅂㅏㅂㅗ",
    "병ㅅㅣㄴ",
    "ㅂㅕㅇ신",
    "ﾊﾞ보 ﾲￂﾲￌ",
    "ㄸㅜ걸",
  ],
  "Hangul look-alikes": ["ㅅ1발", "ㅂr보", "人ㅣ발", "ㅅi발", "시ㅂr걸 뚜ㄱㅓㄹ"],
  "right-to-left": ["\u202ekcuf\u202c", "\u202e발시\u202c", "say \u202eprolg\u202c now", "f\u200fuck"],
  leet: ["sh1t", "5h1t", "a$$", "b!tch", "1d10t", "d4mn", "zank1e", "@ss"],
  stretched: ["fuuuuck", "shiiiiit", "바아아아보", "시이이이발", "dammmmn", "ffuucckk"],
  particles: ["바보는 간다", "바보야ㅋㅋ", "멍청이들아", "바본데", "fuck이야", "ㅋㅋ바보ㅠㅠ"],
};

/** Written when the rules stood, before they met these. */
export const heldOut: Readonly<Record<string, readonly string[]>> = {
  case: ["zANKLE!!", "you BiTcH."],
  "zero-width": ["s\u200ch\u200ci\u200ct", "병\ufeff신", "멍\u200b청\u200b이", "b\u2064itch"],
  "full-width and styled": ["ｇｌｏｒｐ", "𝖘𝖍𝖎𝖙", "ⓓⓐⓜⓝ", "ᶠᵘᶜᵏ", "ꜰᴜᴄᴋ", "₲ⱠØⱤ₱"],
  Cyrillic: ["вiтсн", "shіт", "fцck", "zапkle", "ASЅ"],
  Greek: ["ƒυϲκ", "dαmη", "ѕнιτ", "ΙDΙΟΤ"],
  spacing: [
    "s h i t",
    "z a n k l e",
    "b/i/t/c/h",
    "뚜 걸",
    "멍 청 이",
    "f_u_c_k you",
    "f u ck",
    "바\n보",
    "시...발",
    "ㅂ ㅏ ㅂ ㅗ",
  ],
  inserted: ["시@발", "병1신아", "뚜2걸", "da*mn", "sh-it", "시z발", "병x신"],
  "combining marks": ["s\u0338h\u0338i\u0338t\u0338", "ḟṳċḳ", "b\u0489i\u0489t\u0489c\u0489h\u0489", "시\u0337발\u0337"],
  "Hangul jamo": ["ㅅㅣ발", "ㅂㅕㅇㅅㅣㄴ", "멍ㅊㅓㅇ이", "바ㅂㅗ", "\u1107\u1161\u1107\u1169", "ㅁㅓㅇ청이", "뚜ㄱㅓㄹ"],
  "Hangul look-alikes": ["ㅂ1ㅇㅕㅇ신", "ㅅl발", "ㅂㅏ보", "口ㅓㅇ청이", "ㅅ|ㅂ卜ㄹ", "八ㅣ발", "시bal"],
  "right-to-left": ["\u202etihs", "\u202b시발\u202c", "\u202e보바\u202c야", "a \u202eelknaz\u202c b"],
  leet: ["fvck", "f0ck? phuck", "b1tch3s", "$h!t", "b17ch", "gl0rp", "4ss", "sh|t", "z4nk13", "d@mn"],
  stretched: ["biiiiitch", "병시이이인", "shiiiiiiit", "glooorp", "fuuck", "시바아아알", "ssshhhiiittt"],
  particles: ["멍청이가", "바보였다", "바보들은", "shit이다", "ㅅㅂㅋㅋㅋ", "바보에요"],
};

/** Written last, and not tuned for: what comes to a person who knows the rules. Some are other words by any rule (씨발 is not 시발). */
export const last: Readonly<Record<string, readonly string[]>> = {
  "of all kinds": [
    ...["ＦＵＣＫ ｙｏｕ", "ｓ.ｈ.ｉ.ｔ", "Ꮪhit", "ꜱʜɪᴛ", "ḋ̈a̋m̃n", "glo\u2062rp", "fu\u180eck", "ідіот", "ƃlorp", "🆂🅷🅸🆃"],
    ...[
      "b i t c h!!",
      "d-a-m-n",
      "*f*u*c*k*",
      "f(u)c(k)",
      "시. 발",
      "병★신",
      "시123발",
      "멍, 청, 이",
      "ㅅㅣ..ㅂㅏㄹ",
      "씨발",
      "ㅄ",
    ],
    ...[
      "ㅅㅂ놈",
      "ㅂㅏ보야",
      "바\u1107\u1169",
      "빠보",
      "멍텅2",
      "1diot",
      "b1t(h",
      "sh!!t",
      "$hit",
      "shiTTT",
      "fuckkkk",
      "바보오오오",
    ],
    ...["시바알", "병신같은", "바보라니까", "멍청이래", "fuck-you", "FUCKYOU", "g\nl\no\nr\np"],
  ],
};
