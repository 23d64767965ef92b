/** Waits that longer ones are made of. */
const parts = {
  /** A member that does not answer a ping within this hangs, or is cut off. Far links have 200 ms each way, and a busy loop its pauses. */
  memberPingMs: 800,
  /** While the leases have no leader, nobody listens for members that connect anew, either: so long, asked so often, tells who is gone. */
  memberGoneMs: 1_500,
  memberPingEveryMs: 100,
  /** One question to the log or a bucket. It takes milliseconds; without an answer nobody leads there, and elections take seconds. */
  logRequestMs: 2_000,
  /** One try. It takes milliseconds, and is lost whenever a stream's leader goes: then senders wait for this. To try again is harmless. */
  appendTimeoutMs: 1_000,
  /** A commit whose outcome stays unknown this long gives the room up: an election takes 4 to 9 s. */
  commitDeadlineMs: 10_000,
  /** Between tries of the same append or read: from the first wait, doubling, to the longest. */
  logRetryMs: 20,
  logRetryLongestMs: 500,
  /** A claim waits so long for its turn: longer than any sender waits, so that a room which is given up then disappoints nobody. */
  claimTurnMs: 5_000,
  /** A room's state and the tail of its log: some 0.2 s, and 1 s where it died amid 30,000 events a second; long tails wait for each other. */
  rebuildMs: 10_000,
  /**
   * A transaction that is not full comes this long after the one before, so that a steady murmur is written in a few transactions a second
   * instead of one per record: each costs a sync of the disk, and with SQLite it blocks the loop that answers senders. History shows the
   * tail from the log meanwhile.
   */
  gatherMs: 250,
  /** How long a claim waits for the store to say where it stands: without an answer, log and snapshot are believed. */
  storeHeadMs: 500,
  /** By so much a busy process may be late with its timers. */
  lateMs: 1_000,
} as const;

/** A living writer asks whether it still stands: registry and store, then the log, and the wait for a place among those who ask. */
const stillStandsMs = 2 * parts.logRequestMs;
/** An append in doubt. Its deadline is looked at after a try: the wait before the last one, that try, and the look after it come on top. */
const appendDoubtMs = parts.commitDeadlineMs + parts.logRetryLongestMs + parts.appendTimeoutMs + parts.logRequestMs;
/** Whether a member lives: asked until it counts as gone, and once more, with a look at the leases' leader in between. */
const pingsMs = parts.memberGoneMs + parts.memberPingEveryMs + 3 * parts.memberPingMs;
/** What others remember of the room, its last record, the store once more, the claim itself, and its entry in the registry, which is read and replaced. */
const claimMs = 2 * parts.logRequestMs + parts.storeHeadMs + appendDoubtMs + 2 * parts.logRequestMs;

/** Every bound of the system, with the reason for its number. Times are in ms, sizes in bytes unless named otherwise. */
export const limits = {
  ...parts,

  // ── sums: longer than all their parts, so that what fails says itself what is the matter, before a timer does ──
  stillStandsMs,
  claimMs,
  /** What a save, or a close, waits for: the commit on its way, whose writer may first have to ask whether it stands. */
  settledWithinMs: stillStandsMs + appendDoubtMs + parts.lateMs,
  /** From the first command of a room that sleeps to its actor: a turn, whether others live, the claim, and what the room remembers. */
  roomStartMs: parts.claimTurnMs + pingsMs + claimMs + parts.rebuildMs + parts.lateMs,

  // ── one socket ──
  /** SDKs never come back after a 1009, so this is far above any honest frame. */
  frameBytes: 64 * 1024,
  /** A comment with its extras. 8 KiB of JSON is about 2,700 Korean syllables. */
  dataBytes: 8 * 1024,
  /** Chat data is flat. Deep nesting only costs parsers. */
  dataDepth: 32,
  /** People whom one message mentions; the rest is not heard. They stand in the index of the log's batch, beside each line. */
  mentions: 16,
  /** Info from a token, repeated in every one of the user's events. */
  infoBytes: 2 * 1024,
  /** Commands of one socket that wait for a reply. An SDK resubscribing to all its rooms at once fits. */
  pendingCommands: 128,
  /** Rooms that one socket watches, as in Centrifugo's default. */
  subscriptionsPerSocket: 128,
  /** What may wait unsent for one socket before it counts as slow: about 5,000 comments, Centrifugo's default. */
  outboxBytes: 1024 * 1024,
  /** What was recovered and waits unsent for one socket, outside that, before no more is recovered: a dozen rooms of the largest kind. */
  recoveryWaitingBytes: 4 * 1024 * 1024,
  /** A socket must send its connect command within this. */
  connectWithinMs: 10_000,
  /** Server ping interval, and how long a pong may take: Centrifugo's defaults. */
  pingIntervalMs: 25_000,
  pongTimeoutMs: 8_000,
  /** How long after `ttl` a refresh may still come: Centrifugo's default. */
  expireGraceMs: 25_000,
  /** A close handshake that takes longer is cut. */
  closeHandshakeMs: 5_000,
  /** Parts of one message: nobody who writes chat cuts it up. */
  fragments: 64,
  /** From a message's first byte to its last: 64 KiB over the slowest of mobile links, and nobody's frame lies open for ever. */
  messageWithinMs: 10_000,
  /** Pings, pongs and `{}` of a client: some every 25 s are honest. */
  controlsPerS: 10,
  controlsBurst: 100,
  /** Errors 111 that one socket is told of before it is closed: who goes on at twice the rate gets so far within seconds. */
  refusalsPerS: 10,
  refusalsBurst: 200,

  // ── who comes in, and how much at a time: each has a setting of its own, docs/limits.md has them all ──
  /** Sockets of one gateway: some 140 MB when they are idle. */
  connectionsPerGateway: 20_000,
  /** A mobile network has thousands of people behind one address, of whom some hundred may watch. */
  connectionsPerIp: 500,
  /** Tabs and devices of one person, and those that they left and that are not missed yet. */
  connectionsPerUser: 20,
  /** A gateway that does nothing else takes some 5,000 a second. Those whose gateway died come within a second or two. */
  newConnectionsPerS: 2_000,
  newConnectionsBurst: 4_000,
  /** Sockets that wait for a loop that is busy, where the system allows it; of Node's own 511 a raid leaves nothing to others. */
  acceptBacklog: 4_096,
  newConnectionsPerIpPerS: 50,
  newConnectionsPerIpBurst: 200,
  /** Addresses whose rate is remembered, some 200 bytes each. */
  addressesRemembered: 20_000,
  /** Far above any person, and above a bot that answers each of them. */
  commandsPerS: 100,
  commandsBurst: 500,
  /** Of all connections of one address: two a second of each, and no more than a quarter of what one room commits. */
  commandsPerIpPerS: 1_000,
  commandsPerIpBurst: 4_000,
  /** Rooms that a visitor starts. A room is kept for ever, be it used or not. */
  startsPerUserPerHour: 6,
  startsPerUserBurst: 3,
  /** Many share an address; one alone has as many identities as they like. */
  startsPerIpPerHour: 60,
  startsPerIpBurst: 30,
  startersRemembered: 5_000,
  /** What makes others work: subscribing, and asking about the past and who is there. An SDK that comes back subscribes to all its rooms at once. */
  questionsPerS: 20,
  questionsBurst: 256,
  /** A comment of the longest kind 16 times a second. */
  bytesInPerS: 128 * 1024,
  bytesInBurst: 1024 * 1024,
  /** Sockets of one address that have not become WebSockets, or call the API, beside those that have, for each of these. */
  socketsPerConnection: 2,
  /** Sockets of all that call the API or ask for health. */
  otherSockets: 1_000,
  /** The head of a request is here within this; and all of it within the other, be it the longest API call. */
  headersWithinMs: 10_000,
  requestWithinMs: 15_000,
  /** How often it is looked at, for each of the above. */
  overdueLookMs: 1_000,
  /** Who is refused is told of in the log this often, all together. */
  refusedToldMs: 10_000,

  // ── tokens ──
  /** By so much the clocks of a site and a gateway may differ: those that are set by the network's time differ by far less. */
  tokenLeewayMs: 10_000,
  /** A token, or a user's tokens, are revoked for so long at most, as long as browsers keep a cookie. What lives longer is to be revoked again. */
  revokedForMs: 400 * 24 * 3600 * 1000,
  /** Such entries under each of the 64 first characters that their hashes have: 130,000 in all, 30 MB of a gateway. One value takes 200 KB. */
  revocationsPerSlot: 2_048,
  /** Gateways that write the same value at a time: of those who are refused each lets another one through. */
  revocationTries: 20,
  /** Longer ids of tokens name none. What becomes of one is a hash. */
  tokenIdLength: 1_024,

  // ── commands ──
  /** SDKs give up on any reply after 5 s and drop the connection of a subscribe: the error comes before. */
  commandDeadlineMs: 4_000,
  /** One try at a room's owner. A group commit takes milliseconds; a hung owner must leave time for the next. */
  roomRequestMs: 1_500,
  /** Before the same room is asked again after `moved` or no owner at all. */
  roomRetryMs: 50,
  roomRetryLongestMs: 400,
  /** A gateway whose command is not answered by then asks for a sign of life: of one that is gone it hears at once. */
  memberPingAfterMs: 250,
  /** A gateway asks a member that did not answer last: as long as a dead one counts as alive. */
  memberSuspectMs: 5_000,
  /** A member that lost a room to another does not claim it again before this, and as much again by chance: two do not take turns. */
  claimAgainMs: 1_000,
  /** Claims that one process has on their way at a time, when it takes over all rooms of another: a few hundred a second each. */
  claimsAtOnce: 64,

  /** That somebody types is told this often at the most, of one socket in one room: a page shows it for some seconds. */
  typingEveryMs: 2_000,

  // ── server API ──
  /** Rooms of one broadcast, and how many of them are asked at a time: a room answers within milliseconds. */
  broadcastChannels: 1_000,
  broadcastAtOnce: 64,
  /** Calls of one batch. */
  batchCalls: 100,
  /** Rooms that one gateway lists, those with most viewers first: with their counters some 250 KB, in one message of NATS, of at most 1 MiB. */
  channelsListed: 500,
  channelsBytes: 512 * 1024,
  /** The last time that a date can be, ms since 1970: pages show dates. */
  latestTimeMs: 8_640_000_000_000_000,
  /** As long as anybody's. What becomes of it is a hash. */
  idempotencyKeyLength: 255,
  /** The body of a server API call: a comment with room to spare, and the longest list of words. */
  apiBodyBytes: 256 * 1024,

  // ── recovery and history ──
  /** What one reply brings back: at ten comments a second 100 s of absence. Who was away longer reads pages, and nothing is lost. */
  recoveryLines: 1_000,
  recoveryBytes: 256 * 1024,
  /** A page: it travels as one message of NATS, which holds 1 MiB. */
  historyLines: 1_000,
  historyBytes: 256 * 1024,
  /** The gateway's ring per watched room: one recovery's worth. */
  ringLines: 1_000,
  ringBytes: 256 * 1024,
  /** Lines that are kept are copied into blocks of so many bytes, each of which is there as long as any line in it. */
  copiedBlockBytes: 16 * 1024,
  /** Lines of live batches that may wait while a room's feed is being primed or a gap filled. */
  feedQueueBytes: 8 * 1024 * 1024,
  /** Sockets that get a frame before the event loop has its turn: 2 to 3 ms of work. */
  fanOutSlice: 256,
  /** Lines that may wait for the fan-out, and as many again that may be on their way. Beyond it the feed waits with what comes meanwhile. */
  fanOutBytes: 1024 * 1024,
  /** The longest that a line of a hot room waits for others. Nobody sees 100 ms in a flood, and ten frames a second are cheap. */
  fanOutWindowMs: 100,
  /** So many times as long where most of the flood is left out: four frames a second of five lines each cost well below half of ten of two. */
  sampledWindows: 2.5,
  /** Rates are of about so long: short enough to see a flood within a second, long enough that chance is no flood. */
  rateOverMs: 2_500,
  /** Below 3 lines/s hardly two meet in a window; with 6 the frames are a third fewer. One a second never seems to be three, by chance. */
  windowLinesPerS: { none: 3, full: 6 },
  /** A core gives out some 100,000 frames a second. Below 6,000 there is nothing to save; above 12,000 it shows. */
  windowDeliveriesPerS: { none: 6_000, full: 12_000 },
  /** Within this, what is committed is stored, as long as the store keeps up: its transaction may wait, and then takes some tens of ms. */
  storedSoonMs: parts.gatherMs + 100,
  /** A room nobody watches any more keeps its feed this long, for the ones who reload. */
  feedIdleMs: 30_000,
  /** Between tries to read what a feed has missed: from the first wait, doubling, to the longest. It never gives up: viewers wait. */
  feedRetryMs: 50,
  feedRetryLongestMs: 2_000,
  /** Rooms of one stream that a gateway asks the log about at a time, after its connection was away. */
  recheckedRooms: 4,

  /** A lost last message is found this late at the most, and the two times below: viewers have it within 7 s. */
  headsEveryMs: 5_000,
  /** What is on its way when a head is heard of arrives within this, and needs no reading. */
  headsGraceMs: 500,
  /** Who has not answered by then is asked again in the next round. */
  headsRequestMs: 1_000,
  /** Members that are asked for a room's head: the second has it where the first one was thought dead, and nobody has spoken since. */
  headsCandidates: 2,
  /** Rooms of one question: 80 KB of ids at the most. */
  headsRooms: 1_000,
  /** Who watches goes with it, and one message of NATS is at most 1 MiB. */
  headsBytes: 512 * 1024,

  // ── presence ──
  /** The most that a person reads, and that joins and leaves are told of; beyond it there are counts. */
  presenceClients: 200,
  /** All gateways have answered by then, or the list would be a part: it is an error, and asked again. */
  presenceSurveyMs: 500,
  /** For a room that nobody watches: with the survey it is well within what an SDK waits. Without them the answer is given all the same. */
  statsCountersMs: 1_500,

  // ── rooms that are made ──
  /** Whether there is a room: log, cards and store are asked, within what an SDK waits for a subscription. */
  existenceMs: 3_000,
  /** Rooms that a gateway knows to be there, some 150 bytes each. */
  roomsKnown: 100_000,

  // ── moderation ──
  /** Messages at the top of a room, as in LINE LIVE and YouTube. */
  pins: 3,
  /** Their words are read once in so long, however many come; what happened to them since is known all the same. */
  pinnedFreshMs: 2_000,
  /** Pinned messages that a gateway holds so: some 10 MB at the most. */
  pinnedHeld: 1_000,
  /** Users muted, banned or shadowed in one room at a time: some 60 bytes each in every snapshot. */
  sanctions: 2_000,
  /** Roles granted in one room. */
  grants: 500,
  /** The names of both in all: some 50 each, or the longest there are for 250. Card and snapshot are one message of NATS each. */
  sanctionBytes: 128 * 1024,
  /** With the largest edits, too, a card is smaller. NATS takes 1 MiB. */
  cardBytes: 900 * 1024,
  /** Taken away or edited lately, as gateways remember it: the store has what is older. */
  changesRemembered: 1_000,
  /** As many as a gateway's ring has lines: none of those is shown again whose author was purged since. */
  purgesRemembered: 1_000,
  /** Edits hold whole comments: 1,000 of the longest would be 8 MB. Where one is forgotten, nothing worse than the original text shows. */
  editedBytes: 256 * 1024,
  /** Held messages, and reports, that wait for a moderator. Beyond it the oldest are given up. */
  heldWaiting: 500,
  /** Of those that were denied so many can still be let through: what a moderator has second thoughts about is of this hour. */
  deniedRemembered: 200,
  reportsWaiting: 500,
  /** Of these so many of one user, who so pushes out nobody else's, and one in so long. */
  reportsPerUser: 20,
  reportEveryMs: 2_000,
  /** Between two edits of one user, where slow mode does not set more: nobody mends faster, and each is told to all who have the message. */
  editEveryMs: 2_000,
  /** A user's own words are known again for so long, where they must be unique. */
  uniqueChatMs: 60_000,
  /** Users whose last message is remembered for slow mode and unique chat: 5,000 a minute is more than anybody has seen. */
  pacedUsers: 20_000,
  /** A card that is not written by then leaves the act's outcome unknown to whoever did it: they ask again. */
  cardMs: 3_000,
  /** What acts are about is looked up in the log, so many at a time for each room. */
  targetsAtOnce: 64,
  /** A review that takes longer has not happened. */
  reviewMs: 200,
  /** Reviews that one process waits for at a time, of each service, and the longest answer of one: a verdict. */
  reviewsAtOnce: 64,
  reviewBytes: 1_024,
  /** People whom one user does not want to hear. */
  blockedUsers: 500,
  /** Such lists that a gateway reads at a time: some thousand a second, as when another gateway's sockets come to it. */
  blockReadsAtOnce: 64,
  /** A list that changed elsewhere is read after this, and again while it is as before: it is heard of before it is stored. */
  blockReadsAfterMs: [50, 400, 1_200],
  /** Sessions of one user that change the list at the same time. */
  blockTries: 10,

  /** What was left out of a flood is told within this: with 20 lines a second another one comes sooner. */
  skipsWaitMs: 250,
  /** Lines a second that each viewer of a flood gets, where the site sets nothing else: more than anybody reads, and LINE LIVE's rate. */
  samplePerS: 20,
  samplePerSAtMost: 1_000,

  // ── hearts and viewers ──
  /** What one call may bring: a finger taps some ten times a second, and an SDK calls once a second. */
  heartsPerCall: 1_000,
  /** A gateway gathers the hearts of a room so long, and sends at most so many together: 60 KB. */
  heartsGatherMs: 200,
  heartsPerBatch: 1_000,
  /** Calls of one socket that wait for their count at a time: two a second of each of four kinds, while a room is slow. */
  heartsPerSocket: 32,
  /** Calls of all sockets of one gateway: 2,000 a second for as long as anybody waits, and some 10 MB. */
  heartsWaiting: 10_000,
  /** The same `(user, id)` of hearts is known again for so long, and so many of them. */
  heartsDedupeMs: 120_000,
  heartsDedupeEntries: 200_000,
  /** As `dedupeSegment`, smaller, since both open ones are in each snapshot: 20 KiB. */
  heartsDedupeSegment: 1_024,
  /** Kinds of hearts in one room, and who gave most. */
  heartKinds: 16,
  currencies: 8,
  supporters: 10,
  supportersRemembered: 1_000,
  /** A gateway that changed tells of it this often at the most; */
  audienceEveryMs: 1_000,
  /** one that is not heard of for so long has no viewers any more: two reports and a good deal, so that all see it within 15 s. */
  audienceForgottenMs: 14_000,
  /** Parts of one audience. */
  shards: 64,
  /** A higher peak is written down this often at the most. */
  peakEveryMs: 5_000,
  /** That nothing but messages was counted is told within this. */
  commentsToldWithinMs: 5_000,
  /** Everybody sees the counters this often at the most. */
  countersEveryMs: 500,

  // ── room actor ──
  /** Commands that wait in one room. At 4,000 commits/s this is one second. */
  mailboxSize: 4_096,
  /** One record, and so one message of NATS, of at most 1 MiB; and what a gateway wraps and hands out in one turn of its loop. */
  batchEvents: 256,
  batchBytes: 256 * 1024,
  /**
   * How far apart a room's appends begin in a flood, unless enough has come meanwhile: not at all below `none` events a second, `apartMs` from
   * `full` on. At 500 a second that is 4 ms, of which nobody who waits for an answer notices the half, and half as many appends.
   */
  gather: { apartMs: 8, enough: 64, perS: { none: 200, full: 800 } },
  /** Who has not known for so long that nobody else owns the room asks the log before it declines anything. Others claim after 1.5 s of silence. */
  ownerSureMs: 1_000,
  /** Events applied and not yet committed, one batch on its way and those that form behind it. */
  uncommittedEvents: 4_096,
  /**
   * The first look at a room's last record after an append in doubt. Where nobody leads the stream it has no answer, and the append is
   * tried again. Each later look may take twice as long, up to `logRequestMs`: over slow links the first ones come too early.
   */
  lookMs: 500,
  /** A log that says for so long that it never had our last record has lost it: a new leader is up to date well before. */
  rolledBackAfterMs: 3_000,
  /** Clients that were away come back within minutes. Its ids take up to 14 MB: at 800 comments a second, all of the ten minutes. */
  dedupeWindowMs: 600_000,
  dedupeEntries: 500_000,
  /** Entries of one immutable dedupe segment: 80 KiB. The open one goes into each snapshot, in base64, which so stays below 256 KiB. */
  dedupeSegment: 4_096,
  /** The newest gifts of a room, known by their ids without the store: up to 0.9 MB, and more than most rooms ever have. */
  giftEntries: 32_768,
  /** As `heartsDedupeSegment`: it goes into each snapshot, too. */
  giftSegment: 1_024,
  /** A room asks the store for an older one. Within `roomRequestMs`, so that who tells of the gift hears what is the matter. */
  storeGiftMs: 1_000,
  /** The tail that a new owner reads is no longer, and a busy room writes 20 KB a second for it. */
  snapshotEveryMs: 5_000,
  /** Rooms that one process has in memory. An empty one takes about 4 KB, a busy one up to 16 MB. */
  liveRooms: 20_000,
  /** Longer than a lull in a chat that goes on: to wake costs a claim. */
  roomIdleMs: 60_000,

  // ── banned words ──
  /** A phrase of some words. Longer ones are quotations, and quoted with a change. In UTF-16 units. */
  wordLength: 64,
  /** Of one list. Public lists of a language have a few hundred; compiled they take 3 MB, and 35 MB if each has 64 Korean syllables. */
  wordRules: 1_000,
  wordsAllowed: 1_000,
  /** A change is heard before it is stored: what is stored is looked at so long after it. A commit takes some ms. */
  wordsLookMs: 500,

  // ── membership ──
  /** Two renewals may be lost, or a process stand still for a moment, and nobody is taken for dead. Who is dead is believed alive for so long. */
  memberTtlMs: 5_000,
  memberRenewMs: 1_500,
  /** A leader hears from its followers every second; one that did not hear from most for so long leads nobody. */
  leaderContactMs: 3_500,
  /** How often a service listens whether it hears itself and JetStream answers, */
  pulseEveryMs: 1_000,
  /** how many times it may hear nothing before it connects anew (the client's own pings notice a dead link after 10 to 15 s), */
  pulseUnheardBeats: 3,
  /** how many times a server may say that nobody leads (after `leaderContactMs` if it led, else after 4 to 9 s) before another is looked for, */
  pulseLeaderlessBeats: 4,
  /** and how many times JetStream may have no answer before the service counts as out of order: an election takes 4 to 9 s. */
  pulseUnansweredBeats: 8,

  // ── log ──
  /** Each has a leader of its own, so that a cluster of three to five servers shares the work. It can never change: rooms are placed by it. */
  streams: 8,
  /** So long a database may be away, if the space lasts. */
  logMaxAgeMs: 7 * 24 * 3600 * 1000,
  /** All streams together, in the all-in-one: 8 million comments of 500 bytes, on a disk that a laptop has to spare. */
  logMaxBytes: 4 * 1024 * 1024 * 1024,
  /** Records read one by one before a reader takes an ordered consumer. */
  sequentialReads: 64,
  /** Of these so many at a time, where somebody waits for the room: one read takes some ms in a busy cluster. */
  parallelReads: 8,
  /** Of one process at a time: each is a consumer on the server, made and removed for one room. */
  orderedConsumers: 8,
  /** A cluster that starts elects its leaders within a few seconds; all of a site may be starting at once. */
  provisionWithinMs: 30_000,
  /** Writers of one process that ask at a time whether they stand. All do when its connection is new; 20,000 have then asked within seconds. */
  standingAsksAtOnce: 64,
  /** Batch ids only guard a retry of the same append, which comes within seconds. */
  batchIdWindowMs: 120_000,
  /** JetStream delivers again what is not acknowledged by then; a projector that waits for its store is not that slow. */
  ackWaitMs: 60_000,
  /** JetStream gives a sign of life to whoever follows a stream this often; after two that are missing, one follows anew. */
  readerHeartbeatMs: 1_500,
  /** A hundred of the largest, or tens of thousands of comments: a person has looked before that. */
  deadLetterBytes: 64 * 1024 * 1024,
  /** What is kept of one thing that could not be handled: twice any batch, and in base64 within the 1 MiB of a NATS message. */
  deadLetterBodyBytes: 512 * 1024,

  /** Letters in one list: what a person looks through. */
  deadLettersListed: 50,

  // ── what operators see ──
  /** As presence: whoever has not answered by then is told as missing. */
  operateSurveyMs: 500,
  /** So long one look serves everybody who asks: a console asks every second or two, and there may be several. */
  operateSharedMs: 500,
  /** What a service asks the broker for its answer is in it only if it came by then, and is asked again after this long. */
  operateFiguresMs: 300,
  operateFiguresEveryMs: 1_000,
  /** A dead letter that is tried again waits for a room, or for the store's next transaction. */
  operateLettersMs: 10_000,
  /** So many questions about dead letters a persistence service answers at a time: a few people, each with a page open. */
  operateLettersAtOnce: 8,
  /** Rooms in an overview: what a person looks through; some 20 KB from each room service. */
  operateRooms: 50,
  /** Rooms or letters on one page: some 100 KB at most. */
  operatePage: 100,
  /** What the audit found last, in an overview. */
  operateFindings: 20,
  /** How many commits of a room the percentiles are of, and how old they are at most. */
  operateCommits: 256,
  operateCommitsMs: 60_000,

  // ── persistence ──
  /** Between two looks of the janitor: a full log at 5,000 comments/s of 500 bytes grows by 5 MB meanwhile. */
  janitorEveryMs: 2_000,
  /** Above this share of its space a stream lets go of what is stored and older than an hour, */
  janitorFill: 0.7,
  janitorKeepsMs: 3_600_000,
  /** and above this share of whatever is stored and older than this: rooms have saved their heads three times by then. */
  janitorFullFill: 0.9,
  janitorFullKeepsMs: 15_000,
  /** Between looks whether the registry of rooms has to be restored: claims wait for the store's word until it is. */
  registryCheckMs: 2_000,
  /** Between two pings of the store, and how long it may be silent before persistence is unready: longer than any one slow commit. */
  storePingEveryMs: 1_000,
  storeSilenceMs: 5_000,
  /** Between two rounds of the audit. */
  auditEveryMs: 60_000,
  /** A room is followed by a rest of so many times what it took, so that the audit takes some 5 % of the time, */
  auditRestTimes: 20,
  /** but at least the first, however quick it was, and at most the second: a slow room does not keep all others waiting. */
  auditRestMs: 50,
  auditLongestRestMs: 5_000,
  /** A room in which nothing has happened since it was found right is compared again after this: rows do not change by themselves. */
  auditAgainMs: 3_600_000,
  /** Rooms whose last comparison is remembered, 150 bytes each. */
  auditRememberedRooms: 50_000,
  /** Rooms that are asked of the store in one query. Where all of them are left alone, one rest follows. */
  auditPageRooms: 200,
  /** Of each room the newest so many, whenever it is compared: what is older was compared when it was new. */
  auditEvents: 5_000,
  /** A row that seems wrong is looked at again after this: it may have been on its way. */
  auditSecondLookMs: 1_000,
  /** Records that a projector asks for at once: a comment in each fills one transaction, and twice as many full batches (250 MiB) still fit in memory. */
  fetchRecords: 500,
  /** Rows of one transaction: below it a synchronous SQLite commit blocks the loop some 20 ms. */
  transactionRows: 500,
  /** Within `commandDeadlineMs`, with time for the answer to travel. */
  historyRequestMs: 3_000,
  /** Pages that one replica answers at a time, each up to `historyBytes`, and how many more may wait: some are late by then. */
  historyAnswers: 32,
  historyWaiting: 512,

  /** A page of a replay: some minutes of a busy chat. */
  replayEntries: 1_000,
  /** Rows that one page looks at: some 30 ms of reading, where all are of a troll who speaks to himself. */
  replayRows: 5_000,
  /** Acts of one answer, within `historyBytes`. */
  actsListed: 1_000,
  /** Of those who are muted, of held messages, …: a page of a console, each looked up by itself. */
  standingListed: 100,
  /** Single events that are looked up at a time for one who asks: far fewer than one persistence answers at a time. */
  eventsAtOnce: 8,
  /** What a moderator remembers, and half a minute of work: LINE LIVE's flood fills it in less than two minutes. */
  dryRunMinutes: 60,
  dryRunMessages: 50_000,
  /** What is shown of it, and of one message. */
  dryRunFound: 100,
  dryRunMatches: 10,
  /** Of the words of each, in UTF-16 units: a comment and more, and all that is shown within 100 KB. */
  dryRunText: 300,
  /** A thread each, and up to 100 MB. */
  dryRunsAtOnce: 1,
  dryRunMs: 30_000,
  dryRunRequestMs: 32_000,

  // ── internal subscribers ──
  /** A subscriber that works on a record says so three times as often. After a crash its record comes again this late. */
  subscriberAckWaitMs: 3_000,
  /** A handler that takes longer has failed, and is asked again. */
  subscriberHandlerMs: 30_000,
  /** Between tries of one event: from the first wait, doubling, to the longest. The eight tries take 25 s, in which a service restarts. */
  subscriberRetryMs: 200,
  subscriberRetryLongestMs: 10_000,
  subscriberAttempts: 8,
  /** Between tries to follow a stream that cannot be followed now. */
  subscriberFollowRetryMs: 100,
  subscriberFollowRetryLongestMs: 5_000,
  /** What a handler has, when its subscriber is closed, before it is told to stop: Kubernetes gives 30 s. */
  subscriberCloseMs: 10_000,

  // ── processes ──
  /** Before a gateway of the all-in-one that ended is replaced: from the first wait, doubling, to the longest. */
  workerRestartMs: 100,
  /** A gateway waits up to 30 s for its broker; what takes longer hangs. */
  workerStartMs: 60_000,
  /** Beyond the time that it is given to close its sockets: the rest of its drain, and letting go of NATS. */
  workerStopMs: 30_000,
  workerRestartLongestMs: 5_000,

  // ── leaving ──
  /** A gateway without NATS keeps its sockets this long: a broker that restarts is mostly back by then. */
  outageMs: 30_000,
  outageLookMs: 1_000,
  /** Well within the 30 s that Kubernetes gives. What it leaves undone the next owner finds in the log. */
  drainMs: 10_000,
  /** A gateway that leaves takes nobody in any more, and keeps who is there until balancers have noticed that it is not ready. */
  drainWaitMs: 5_000,
  /** Its sockets are closed over this time: of 10,000 that is 340 a second, which the other gateways take in beside their work. */
  drainOverMs: 30_000,
  /** Between two slices, and the fewest in one: 200 a second, so that a small gateway is done sooner. */
  closeSliceMs: 100,
  closeSliceAtLeast: 20,
  /** For the close frames on their way to arrive and be answered. */
  goodbyeMs: 1_000,
  /** What the rest of a gateway's drain takes at most: commands on their way, goodbyes, the last reports. */
  drainRestMs: 15_000,
  /** The all-in-one has no balancer and no other gateway: Ctrl-C is over soon. */
  drainOverAloneMs: 500,

  // ── the demo ──
  /** How often it looks whether somebody watches; it ends when it has seen nobody twice. */
  demoLookMs: 1_000,
  /** A quarter of an hour as it should be, then one in 5 s: a page that is left open makes some 5 MB a day. */
  demoLinesAtOnce: 3_000,
  demoLinesPerS: 0.2,
  /** Between two answers to visitors. */
  demoWelcomeMs: 8_000,
  /** Between two times that its host says the same. */
  demoHostLineMs: 600_000,
} as const;
