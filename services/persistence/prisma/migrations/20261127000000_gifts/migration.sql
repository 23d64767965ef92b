-- Of one that was counted twice, the first.

-- CreateTable
CREATE TABLE `gifts` (
    `room` VARCHAR(81) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `offset` BIGINT NOT NULL,
    `currency` VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `amount` BIGINT NOT NULL,

    PRIMARY KEY (`room`, `id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO `gifts` (`room`, `id`, `offset`, `currency`, `amount`)
    SELECT e.`room`, e.`message_id`, e.`offset`,
        JSON_UNQUOTE(JSON_EXTRACT(e.`line`, '$.data.currency')), JSON_EXTRACT(e.`line`, '$.data.amount')
    FROM `acts` AS a JOIN `events` AS e ON e.`room` = a.`room` AND e.`offset` = a.`offset` AND e.`type` = a.`type`
    WHERE a.`type` = 'gifted' ORDER BY e.`offset`
    ON DUPLICATE KEY UPDATE `room` = `gifts`.`room`;
