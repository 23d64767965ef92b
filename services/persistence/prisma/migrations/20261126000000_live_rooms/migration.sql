-- No lane: for all, as those of a former version were.

-- AlterTable
ALTER TABLE `events`
    ADD COLUMN `lane` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ADD COLUMN `mentions` TEXT NULL;

-- CreateTable
CREATE TABLE `acts` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `type` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `offset` BIGINT NOT NULL,

    PRIMARY KEY (`room`, `type`, `offset`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO `acts` (`room`, `type`, `offset`) SELECT `room`, `type`, `offset` FROM `events` WHERE `type` <> 'posted';

-- CreateTable
CREATE TABLE `changes` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `offset` BIGINT NOT NULL,
    `deletion` BIGINT NOT NULL,
    `deleted` TINYINT(1) NOT NULL,
    `edit` BIGINT NOT NULL,
    `data` MEDIUMTEXT NULL,

    PRIMARY KEY (`room`, `offset`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- CreateTable
CREATE TABLE `purges` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `user` VARBINARY(512) NOT NULL,
    `event` BIGINT NOT NULL,
    `up_to` BIGINT NOT NULL,

    PRIMARY KEY (`room`, `user`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- CreateTable
CREATE TABLE `totals` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `second` BIGINT NOT NULL,
    `kind` VARCHAR(32) NOT NULL,
    `total` BIGINT NOT NULL,

    PRIMARY KEY (`room`, `second`, `kind`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
