-- Text is compared byte by byte (`…_bin`): ids that differ only in case or accent are different ids.

-- CreateTable
CREATE TABLE `rooms` (
    `id` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `epoch` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `head` BIGINT NOT NULL,
    `updated` BIGINT NOT NULL,

    PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- CreateTable
CREATE TABLE `events` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `offset` BIGINT NOT NULL,
    `type` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `author` VARCHAR(128) NOT NULL,
    `message_id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `time` BIGINT NOT NULL,
    `line` MEDIUMTEXT NOT NULL,

    PRIMARY KEY (`room`, `offset`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- CreateTable
CREATE TABLE `positions` (
    `shard` INTEGER NOT NULL,
    `sequence` BIGINT NOT NULL,

    PRIMARY KEY (`shard`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
